/** Results as ratios: printed, and kept in RESULTS.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

export interface Comparison {
  readonly name: string;
  readonly against: string;
  /** The least ratio that is wanted. */
  readonly target: number;
  /** Latencies in ms instead of requests a second: the ratio is turned round, so that more is better in either. */
  readonly latency?: boolean;
  /** Requests a second of both sides, measured one after the other. */
  readonly rounds: readonly { readonly base: number; readonly subject: number }[];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Replaces the section of this suite in RESULTS.md. */
export function report(suite: string, setting: string, comparisons: readonly Comparison[], date: Date): string {
  const rows = comparisons.map(({ name, against, target, rounds, latency = false }) => {
    const ratios = rounds.map(({ base, subject }) => (latency ? base / subject : subject / base));
    const middle = (side: "base" | "subject"): string => median(rounds.map((round) => round[side])).toFixed(latency ? 1 : 0);
    return `| ${name} | ${against} | ${median(ratios).toFixed(2)} | ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} | ${target.toFixed(2)} | ${middle("base")} / ${middle("subject")}${latency ? " ms" : ""} |`;
  });
  const [cpu] = cpus();
  const section = [
    `## ${suite}`,
    "",
    `${date.toISOString().slice(0, 10)}; ${cpus().length} cores (${cpu?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}. ${setting}`,
    "",
    "| what | against | ratio (median) | rounds from, to | wanted at least | base / subject, requests a second or ms |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  const file = join(import.meta.dirname, "RESULTS.md");
  const before = readIfThere(file);
  const others = before
    .split(/^(?=## )/m)
    .slice(1)
    .filter((part) => !part.startsWith(`## ${suite}\n`));
  writeFileSync(file, [intro, ...others, section].join("\n").replace(/\n{3,}/g, "\n\n"));
  return section;
}

const intro = `# Benchmark results

Written by \`npm run bench\`. Both sides of a row are measured in turn in one run, on one machine that the load generator
(\`wrk\`), the servers and Postgres share; only the ratios mean anything elsewhere.
`;

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
