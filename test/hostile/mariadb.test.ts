/** MariaDB turns text into numbers without a word: none of that may show, and an id has one spelling. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idOf, kindAt, listed, query, valueAt } from "#testing/public-values.ts";
import { codeOf, openWorld, sample, type World } from "#testing/world.ts";
import { webErp } from "../projects/weberp/project.ts";
import { ownStore } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";

/** Text that a database might take for another value, or for more than text. */
const confusing = [
  "0",
  "1",
  "00",
  "-0",
  "0.0",
  "1abc",
  "abc",
  "0x1",
  "0x30",
  "1e0",
  "1e309",
  " 1",
  "1 ",
  "%",
  "_",
  "%%",
  "\\",
  "\\\\",
  "'",
  '"',
  "`",
  "null",
  "NULL",
  "true",
  "false",
  "' OR 1=1 -- ",
  "'' = '",
  "1) OR (1=1",
  "/*!50000 OR 1=1 */",
  "-- ",
  "#",
  ";",
  "SLEEP(5)",
  "CHAR(48)",
  "@@version",
  "?",
  "??",
  ":a",
  "ª",
  "ß",
  "ı",
  "Ω",
  "\u{1f600}",
  "\ufeff",
  "\u200b",
  "\u0301",
  "\u00a0",
];

/** A value as others might write it. */
function variations(value: string): readonly string[] {
  return [
    value.toLowerCase(),
    value.toUpperCase(),
    `${value} `,
    ` ${value}`,
    `${value}\t`,
    `0${value}`,
    `${value}.0`,
    `${value}e0`,
    `+${value}`,
    `${value}abc`,
    value.replace(/[AaEeOoUu]/, "ä"),
    value.normalize("NFD"),
    value.slice(0, -1),
    `${value}%`,
  ];
}

/** Equal for a collation that knows neither case nor accents, nor blanks at the end. */
function sameByCollation(left: unknown, right: string): boolean {
  return typeof left === "string" && left.trimEnd().localeCompare(right.trimEnd(), "en", { sensitivity: "base" }) === 0;
}

describeWith("sharedErp", "webERP under hostile input", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    const project = webErp(mariadbUrl, sharedErp);
    let opened: World | undefined;
    const world = (): World => opened ?? expect.unreachable("not open");
    beforeAll(async () => {
      opened = await openWorld(project, ownStore);
    }, 120_000);
    afterAll(() => opened?.close());

    for (const contract of project.definition.contracts) {
      describe(contract.name, () => {
        for (const path of (contract.reads.list?.filter ?? []).filter((one) => kindAt(contract, one).kind === "text")) {
          test(`${path} is compared as text: nothing is taken for a number, a pattern or SQL`, async () => {
            const { rows, walk, key } = world();
            const all = await rows(contract, "first", "live");
            const known = [...new Set(all.map((row) => valueAt(row, path)).filter((value) => value !== null && value !== ""))].map(String);
            if (known.length > 0 && known.every((value) => /^\d+$/.test(value))) return; // ids of numbers: see the end of this file
            for (const value of new Set([...confusing, ...sample(known, 4).flatMap(variations)])) {
              if (value === "" || value.length > 200) continue;
              const found = await walk(contract, { [path]: listed(value), fields: `id,${path.split(".")[0]}` }, await key("first", "live"));
              const ids = new Set(found.map(idOf));
              expect(all.filter((row) => valueAt(row, path) === value && !ids.has(idOf(row))).map(idOf), `missing by ${JSON.stringify(value)}`).toEqual([]);
              const others = found.map((row) => valueAt(row, path)).filter((other) => !sameByCollation(other, value));
              expect(others, `found by ${JSON.stringify(value)}`).toEqual([]);
            }
          });
        }

        test("filters of another kind refuse text that the database would take for a value", async () => {
          const { ask, key } = world();
          for (const path of (contract.reads.list?.filter ?? []).filter((one) => kindAt(contract, one).kind !== "text")) {
            for (const value of ["abc", "1abc", "0x1", "1e0", " 1", "'", "0000-00-00", "2026-02-30", "TRUE", "NULL", "1;", "-", "٣"]) {
              const answer = await ask(`/v1/${contract.name}?${query({ [path]: value })}`, { key: await key("first", "live") });
              expect([answer.status, codeOf(answer)], `${path}=${value}`).toEqual([400, "invalid-parameter"]);
            }
          }
        });

        test("an id has one spelling: what the database would take for the same is missing", async () => {
          const { ask, key, rows } = world();
          const all = await rows(contract, "first", "live");
          const ids = new Set(all.map(idOf));
          const token = await key("first", "live");
          for (const row of sample(all, 3)) {
            for (const id of [...variations(idOf(row)), ...confusing].filter((one) => one !== "" && !ids.has(one))) {
              const answer = await ask(`/v1/${contract.name}/${encodeURIComponent(id)}`, { key: token });
              expect([answer.status, codeOf(answer)], JSON.stringify(id)).toEqual([404, "not-found"]);
            }
          }
        });
      });
    }

    test("a reference to a number has one spelling in a filter, as it has in a path", async () => {
      const { ask, key, rows, project } = world();
      const invoices = project.definition.contracts.find(({ name }) => name === "invoices") ?? expect.unreachable("no invoices");
      const order = (await rows(invoices, "first", "live")).map((row) => valueAt(row, "order_id")).find((id) => id !== null);
      for (const value of ["00", "-0", "0.0", `0${String(order)}`, `${String(order)}.0`]) {
        const answer = await ask(`/v1/invoices?${query({ order_id: value })}`, { key: await key("first", "live") });
        expect(answer.text, value).toBe('{"data":[],"next_cursor":null}');
      }
    });
  });
});
