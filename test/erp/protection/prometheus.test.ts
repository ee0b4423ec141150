/** Metrics are text that Prometheus reads, and say what was counted. */
import { expect, test } from "vitest";
import type { ErpDatabase } from "#erp/dialects/dialect.ts";
import { bounds } from "#erp/protection/measures.ts";
import { type Protection, protection } from "#erp/protection/protection.ts";
import { defaultProtection } from "#erp/protection/settings.ts";

/** For work that sends nothing. */
const untouched: ErpDatabase = { query: () => expect.unreachable("nothing is sent") };

/** A protection some work has passed, at a primary and a replica. */
async function used(): Promise<Protection> {
  const sources = [{ name: "erp", dialect: "postgres" }] as const;
  const all = protection({ sources, settings: defaultProtection, kinds: ["read"], now: () => 0, elapsedMs: () => 0, random: () => 0.5, log: () => undefined });
  for (const fresh of [true, false])
    await all.of("erp", "live").run({ kind: "read", by: "a", fresh }, { ...untouched, replica: untouched }, async () => "done");
  return all;
}

test("every line is a comment or a sample, every sample belongs to the family above it, and none comes twice", async () => {
  const all = await used();
  for (const [, { measures }] of all.of("erp", "live").guards()) measures.statement("answered", 12.5);
  const plain = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, "");
  let family = "";
  const seen = new Set<string>();
  for (const line of all.metrics().trimEnd().split("\n")) {
    const comment = /^# (?:HELP|TYPE) (sluice_source_[a-z_]+) ./.exec(line);
    if (comment) family = comment[1] ?? "";
    else {
      const [, name = "", labels] = /^([a-z_]+)\{((?:[a-z_]+="[^"\\\n]*",?)+)\} \d+(?:\.\d+)?(?:e-\d+)?$/.exec(line) ?? expect.unreachable(line);
      expect(plain(name)).toBe(plain(family));
      expect(seen.has(`${name}${labels}`), line).toBe(false);
      seen.add(`${name}${labels}`);
    }
  }
  for (const target of ["primary", "replica"]) expect([...seen].some((sample) => sample.includes(`target="${target}"`))).toBe(true);
  expect([...seen].some((sample) => sample.includes(`environment="test"`))).toBe(true);
});

test("statements are counted by how they ended, and by how long they took, buckets added up", async () => {
  const all = await used();
  const [[, { measures }] = expect.unreachable("no guard")] = all.of("erp", "live").guards();
  for (const ms of [1, 1.5, 30, 20_000]) measures.statement("answered", ms);
  measures.statement("locked", 5);
  measures.statement("refused", 5);
  const lines = all.metrics().split("\n");
  const value = (name: string, label: string): number =>
    Number(lines.find((line) => line.startsWith(`${name}{source="erp",environment="live",target="primary"`) && line.includes(label))?.split(" ")[1]);
  expect(["answered", "locked", "refused"].map((outcome) => value("sluice_source_statements_total", `outcome="${outcome}"`))).toEqual([4, 1, 1]);
  const buckets = [...bounds.map(String), "+Inf"].map((le) => value("sluice_source_statement_seconds_bucket", `le="${le}"`));
  expect(buckets).toEqual([1, 2, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6]);
  expect(value("sluice_source_statement_seconds_sum", "")).toBeCloseTo(20.0425);
  expect(value("sluice_source_wait_seconds_count", 'kind="read"')).toBe(1);
});
