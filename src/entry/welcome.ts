/** What a gateway says when it serves. */
import type { Demo } from "./embedded/demo-partners.ts";

export interface Welcome {
  readonly title: string;
  readonly url: string;
  readonly docs: string;
  readonly demo: Demo | undefined;
  readonly demoFile: string | undefined;
  readonly samplePath: string;
}

export function welcome({ title, url, docs, demo, demoFile, samplePath }: Welcome): string[] {
  const lines = ["", `${title} is served by Sluice.`, "", `  API   ${url}`, `  Docs  ${docs}`];
  if (demo) lines.push(`  Keys  ${demoFile}`);
  const key = demo?.partners[0]?.keys.test;
  if (key !== undefined) {
    lines.push("", "Paste this into another terminal:", "", `  ${curlLine(key, url + samplePath)}`);
  }
  return [...lines, "", "Ctrl-C stops it.", ""];
}

function curlLine(key: string, url: string): string {
  return `curl -H "Authorization: Bearer ${key}" "${url}"`;
}
