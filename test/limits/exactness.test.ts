/** The published bound, over several processes: no window ever holds more than 1.01 of a quota, and 0.97 of it can be had. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { RatePolicy } from "#pipeline/limits.ts";
import { describeWith } from "../support/requires.ts";
import type { Report, Task } from "./limiting-process.ts";

/** Of each run; all of them are long in `npm run faults`. */
const seconds = Number(process.env["LIMIT_SECONDS"] ?? "4");
/** Of all requests, what each process gets. */
const skew = [0.7, 0.2, 0.09, 0.01];
const hourMs = 3_600_000;

interface Load {
  readonly name: string;
  readonly policies: readonly RatePolicy[];
  readonly cost: number;
  /** When all processes together ask, in milliseconds. */
  readonly at: readonly number[];
  readonly offMs?: readonly number[];
}

const policy = (quota: number, windowSeconds: number, name = "burst"): RatePolicy => ({ name, quota, windowSeconds });
const steadily = (perSecond: number): readonly number[] => Array.from({ length: perSecond * seconds }, (_, at) => (at * 1_000) / perSecond);
/** Hard before and after each edge of a window. */
const atEdges = (perEdge: number): readonly number[] =>
  Array.from({ length: seconds + 1 }, (_, second) =>
    Array.from({ length: perEdge }, (_, at) => Math.max(0, second * 1_000 - 150 + (300 * at) / perEdge)),
  ).flat();

const loads: readonly Load[] = [
  { name: "a skewed load of three times what is allowed", policies: [policy(100, 1)], cost: 1, at: steadily(300) },
  { name: "requests that cost five", policies: [policy(100, 1)], cost: 5, at: steadily(60) },
  { name: "bursts at the edges of windows", policies: [policy(100, 1)], cost: 1, at: atEdges(300) },
  { name: "a process whose clock is off by an hour", policies: [policy(100, 1)], cost: 1, at: steadily(300), offMs: [hourMs, 0, -hourMs, 0] },
  { name: "two policies at once", policies: [policy(40, 1), policy(60, 2, "sustained")], cost: 1, at: steadily(150) },
];

describeWith("redis", "four processes", (url) => {
  for (const load of loads)
    test(
      `${load.name}: no window holds more than 1.01 of a quota, and 0.97 of it is had`,
      async () => {
        const partner = `ptr_${process.pid}${Date.now()}`;
        const beginsAt = Date.now() + 1_500;
        const reports = await Promise.all(
          skew.map((_, at) => run({ redisUrl: url, partner, ...load, at: partOf(load.at, at), beginsAt, offMs: load.offMs?.[at] ?? 0 })),
        );
        expect(reports.map(({ alone }) => alone)).toEqual([0, 0, 0, 0]);
        const admitted = reports.flatMap((report) => report.admitted).sort(([a], [b]) => a - b);
        const shares = load.policies.map(({ quota, windowSeconds }) => busiest(admitted, windowSeconds * 1_000_000) / quota);
        for (const share of shares) expect(share).toBeLessThanOrEqual(1.01);
        const had = admitted.reduce((sum, [, cost]) => sum + cost, 0);
        const allowed = allowedOf(
          reports.flatMap(({ asked }) => asked).sort((a, b) => a - b),
          load,
        );
        const part = `${(had / allowed).toFixed(3)} of what is allowed was had`;
        console.log(`${load.name}: the fullest windows hold ${shares.map((share) => share.toFixed(3)).join(", ")} of their quotas; ${part}`);
        expect(had).toBeGreaterThanOrEqual(0.97 * allowed);
        expect(reports.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThan(0);
      },
      (seconds + 30) * 1_000,
    );
});

/** The part of the requests that a process gets, spread over all of them. */
function partOf(at: readonly number[], process: number): readonly number[] {
  const before = skew.slice(0, process).reduce((sum, part) => sum + part, 0);
  const behind = before + (skew[process] ?? 0);
  return at.filter((_, index) => {
    const place = (index * 0.618_033_988_749) % 1;
    return place >= before && (place < behind || process === skew.length - 1);
  });
}

/** Units that a list of all admissions, exact to the microsecond, would have admitted of these very requests. */
function allowedOf(asked: readonly number[], { policies, cost }: Load): number {
  const admitted: number[] = [];
  for (const at of asked) {
    const fits = policies.every(({ quota, windowSeconds }) => {
      // A window that ends now is full when the request that would be the first too many in it is still in it.
      const before = admitted.at(-Math.floor(quota / cost));
      return before === undefined || before < at - windowSeconds * 1_000_000;
    });
    if (fits) admitted.push(at);
  }
  return admitted.length * cost;
}

/** The most that any window of this length holds, both ends included. */
function busiest(admitted: readonly (readonly [number, number])[], windowUs: number): number {
  let [most, held, from] = [0, 0, 0];
  for (const [at, cost] of admitted) {
    held += cost;
    while ((admitted[from]?.[0] ?? 0) < at - windowUs) held -= admitted[from++]?.[1] ?? 0;
    most = Math.max(most, held);
  }
  return most;
}

function run(task: Task): Promise<Report> {
  const child = fork(fileURLToPath(new URL("./limiting-process.ts", import.meta.url)), { execArgv: ["--conditions=source"], stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("message", (report: Report) => resolve(report));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    child.send(task);
  });
}
