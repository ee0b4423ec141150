/** One process among several that share their limits: it asks as it is told, and writes down what was admitted, by the clock of Redis. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openRedis } from "#entry/open-redis.ts";
import { limitCommands } from "#limits/redis-commands.ts";
import { redisRates } from "#limits/redis-rates.ts";
import type { RatePolicy } from "#pipeline/limits.ts";

export interface Task {
  readonly redisUrl: string;
  readonly partner: string;
  readonly policies: readonly RatePolicy[];
  readonly cost: number;
  /** Requests, at these times after the beginning, in milliseconds. */
  readonly at: readonly number[];
  /** Milliseconds since 1970 by the clock of whoever gives the task. */
  readonly beginsAt: number;
  /** How far this process's own clock is off. */
  readonly offMs: number;
}

export interface Report {
  /** Microseconds by the clock of Redis, and units. */
  readonly admitted: readonly (readonly [atUs: number, cost: number])[];
  /** All requests, in microseconds by the clock that the processes of a machine share. */
  readonly asked: readonly number[];
  readonly refused: number;
  /** Decided by this process alone. */
  readonly alone: number;
}

async function main(task: Task): Promise<Report> {
  const redis = openRedis({ url: task.redisUrl, onChange: () => undefined, silenceMs: 5_000 });
  await new Promise((resolve) => redis.once("ready", resolve));
  const commands = limitCommands(redis);
  const shared = redisRates({
    processId: randomUUID(),
    elapsedMs: () => performance.now(),
    now: () => Date.now() + task.offMs,
    // What a process does that waits too long is tested elsewhere; here the machine may be busy with other tests.
    deadlineMs: 5_000,
    onChange: () => undefined,
  });
  const rates = shared.over(commands);
  await shared.tend(commands);
  const beat = setInterval(() => void shared.tend(commands), 500);
  const caller = { partner: task.partner, environment: "live", keyId: "key", limits: { partner: task.policies, key: [], quotas: [], inflight: undefined } };
  const report = { admitted: [] as [number, number][], asked: [] as number[], refused: 0, alone: 0 };
  await sleep(task.beginsAt - Date.now());
  const began = performance.now();
  const underway: Promise<void>[] = [];
  for (const at of task.at) {
    const wait = at - (performance.now() - began);
    if (wait > 0.5) await sleep(wait);
    report.asked.push(Math.round((performance.timeOrigin + performance.now()) * 1_000));
    underway.push(
      (async () => {
        const answer = await rates.take(caller, task.cost);
        if (answer.kind === "refused") report.refused += 1;
        else {
          if (!answer.shared) report.alone += 1;
          report.admitted.push([Math.round(answer.nowMs * 1_000), task.cost]);
          answer.release();
        }
      })(),
    );
  }
  await Promise.all(underway);
  clearInterval(beat);
  await shared.leave(commands);
  redis.disconnect();
  return report;
}

process.once("message", (task: Task) => {
  void main(task).then((report) => process.send?.(report, () => process.disconnect()));
});
