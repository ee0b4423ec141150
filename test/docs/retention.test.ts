/** What operators read of how long things are kept is what the engine goes by. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownVariables } from "#config";
import { keptKinds } from "#control-plane/retention/kept.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/operating/usage-and-retention.md"), "utf8");

test("the page has a row for each kind of data, as it is declared", () => {
  const rows = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]*)\| ([^|]+) \|$/gm)].map((row) =>
    row.slice(1).map((cell) => cell.replaceAll("`", "").trim()),
  );
  const declared = Object.values(keptKinds()).map(({ what, days, variable, where }) => [
    what,
    days === "for-good" ? "for good" : String(days),
    variable ?? "",
    where,
  ]);
  expect(rows.filter(([what]) => what !== "what" && what !== "---")).toEqual(declared);
});

test("each variable that it names has the declared number of days where it is not set", () => {
  for (const { days, variable } of Object.values(keptKinds())) if (variable !== undefined) expect(knownVariables().get(variable), variable).toBe(days);
});
