/** What becomes of records when the store is slow, gone, or will not have them: requests never wait, and nothing is lost in silence. */
import { expect, test } from "vitest";
import { usageCollector } from "#control-plane/usage/collect.ts";
import { usageMetrics } from "#control-plane/usage/metrics.ts";
import type { UsageRecord } from "#pipeline/usage.ts";
import { usageRecord } from "../../support/usage-record.ts";

const silent = { changed: () => undefined };
const failure = (code: string): Error => Object.assign(new Error("no"), { code });

test("what was noted is written in batches, in its order, once", async () => {
  const collector = usageCollector({ ...silent, batchSize: 10 });
  const written: (readonly UsageRecord[])[] = [];
  const records = Array.from({ length: 25 }, () => usageRecord());
  for (const record of records) collector.note(record);
  await collector.flush({ write: async (batch) => void written.push(batch) });
  expect(written.map((batch) => batch.length)).toEqual([10, 10, 5]);
  expect(written.flat()).toEqual(records);
  await collector.flush({ write: async (batch) => void written.push(batch) });
  expect(written).toHaveLength(3);
});

test("flushes do not overlap, and what is noted meanwhile is not lost", async () => {
  const collector = usageCollector({ ...silent, batchSize: 2 });
  let [underway, most, count] = [0, 0, 0];
  const writer = {
    write: async (batch: readonly UsageRecord[]) => {
      underway += 1;
      most = Math.max(most, underway);
      if (count < 6) collector.note(usageRecord());
      await new Promise((resolve) => setTimeout(resolve, 2));
      count += batch.length;
      underway -= 1;
    },
  };
  for (let at = 0; at < 4; at += 1) collector.note(usageRecord());
  await Promise.all([collector.flush(writer), collector.flush(writer), collector.flush(writer)]);
  expect([most, count, collector.counts().waiting]).toEqual([1, collector.counts().written, 0]);
  expect(count).toBeGreaterThan(4);
});

test("while the store is gone records wait; beyond the bound they are dropped and counted; one message per change", async () => {
  const told: unknown[] = [];
  const collector = usageCollector({ changed: (state) => void told.push(state.kind === "failing" ? "failing" : state), capacity: 100, batchSize: 30 });
  const gone = { write: async () => Promise.reject(failure("ECONNREFUSED")) };
  for (let at = 0; at < 130; at += 1) collector.note(usageRecord());
  for (let at = 0; at < 5; at += 1) await collector.flush(gone);
  expect(collector.counts()).toEqual({ written: 0, dropped: 30, failures: 5, waiting: 100 });
  expect(told).toEqual(["failing"]);
  let written = 0;
  await collector.flush({
    write: async (batch) => {
      written += batch.length;
    },
  });
  expect([written, told]).toEqual([100, ["failing", { kind: "healed", dropped: 30 }]]);
  expect(usageMetrics(collector.counts())).toContain("\nsluice_usage_records_dropped_total 30\n");
});

test("what the database will never take is given up and counted, so that it keeps nothing else waiting", async () => {
  const collector = usageCollector({ ...silent, batchSize: 2 });
  for (const operation of ["a", "b", "bad", "c", "d"]) collector.note(usageRecord({ operation }));
  const written: string[] = [];
  await collector.flush({
    write: async (batch) => {
      if (batch.some(({ operation }) => operation === "bad")) throw failure("22P02");
      written.push(...batch.map(({ operation }) => operation));
    },
  });
  expect([written, collector.counts().dropped]).toEqual([["a", "b", "d"], 2]);
});
