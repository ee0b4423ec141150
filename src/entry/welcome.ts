/** What a gateway says when it serves. */
import type { Demo } from "./embedded/demo-partners.ts";

export interface Welcome {
  readonly project: string;
  readonly url: string;
  readonly docs: string;
  readonly demo: Demo | undefined;
  readonly demoFile: string | undefined;
  readonly samplePath: string | undefined;
}

export function welcome({ project, url, docs, demo, demoFile, samplePath }: Welcome): string[] {
  const lines = ["", `${project} is served by Sluice.`, "", `  API   ${url}`, `  Docs  ${docs}`];
  if (demo) lines.push(`  Keys  ${demoFile}`);
  const key = demo?.partners[0]?.keys.test;
  if (key !== undefined && samplePath !== undefined) {
    lines.push("", "Paste this into another terminal:", "", `  curl -H "Authorization: Bearer ${key}" "${url}${samplePath}"`);
  }
  return [...lines, "", "Ctrl-C stops it.", ""];
}
