/** What a gateway says when it serves. */
import type { Demo } from "./embedded/demo-partners.ts";

export interface Welcome {
  readonly title: string;
  readonly url: string;
  readonly docs: string;
  readonly demo: Demo | undefined;
  readonly demoFile: string | undefined;
  readonly samplePath: string;
  /** What to type for a key, where there is none yet. */
  readonly firstKey?: string | undefined;
  /** What an operator should know, a sentence each. */
  readonly notes: readonly string[];
}

export function welcome({ title, url, docs, demo, demoFile, samplePath, firstKey, notes }: Welcome): string[] {
  const lines = ["", `${title} is served by Sluice.`, "", `  API   ${url}`, `  Docs  ${docs}`];
  if (demo) lines.push(`  Keys  ${demoFile}`);
  for (const note of notes) lines.push(`  Note  ${note}`);
  const key = demo?.partners[0]?.keys.test;
  if (key !== undefined) {
    lines.push("", "Paste this into another terminal:", "", `  ${curlLine(key, url + samplePath)}`);
  }
  if (firstKey !== undefined) {
    lines.push("", "There is no key yet. For a customer of the ERP, in another terminal:", "", `  ${firstKey}`, "", "and with the key it shows:", "");
    lines.push(`  ${curlLine("<key>", url + samplePath)}`);
  }
  return [...lines, "", "Ctrl-C stops it.", ""];
}

function curlLine(key: string, url: string): string {
  return `curl -H "Authorization: Bearer ${key}" "${url}"`;
}
