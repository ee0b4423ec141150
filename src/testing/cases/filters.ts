/** Every promised filter with every operator: what it finds is exactly what a full walk says satisfies it. */
import { expect, test } from "vitest";
import { type Contract, filterOperators } from "#contract/contract.ts";
import { idOf, kindAt, listed, type Row, satisfies, valueAt } from "../public-values.ts";
import { codeOf, errorsOf, sample, type World } from "../world.ts";

/** Values of real rows that a parameter can carry, each once. */
function valuesOf(rows: readonly Row[], path: string): readonly string[] {
  const values = rows.map((row) => valueAt(row, path)).filter((value) => value !== null && value !== undefined);
  return [...new Set(values.map(String))].filter((value) => value !== "" && value.length <= 200);
}

export function filterCases(contract: Contract, world: () => World): void {
  for (const path of contract.reads.list?.filter ?? []) {
    const kind = kindAt(contract, path);

    async function check(parameters: Readonly<Record<string, string>>, wanted: (value: unknown) => boolean): Promise<void> {
      const { walk, key, rows } = world();
      const all = await rows(contract, "first", "live");
      const found = await walk(contract, { ...parameters, fields: "id" }, await key("first", "live"));
      const expected = all.filter((row) => wanted(valueAt(row, path)));
      expect(found.map(idOf).sort(), JSON.stringify(parameters)).toEqual(expected.map(idOf).sort());
    }

    for (const operator of filterOperators(contract, path)) {
      const parameter = operator === "eq" ? path : `${path}[${operator}]`;
      test(`${parameter} finds all that satisfy it, and nothing else`, async () => {
        const values = valuesOf(await world().rows(contract, "first", "live"), path);
        for (const value of sample(values, operator === "eq" ? 6 : 4)) {
          await check({ [parameter]: operator === "eq" ? listed(value) : value }, (found) => satisfies(kind, operator, found, value));
        }
      });
    }

    test(`${path} takes several values, any of which matches`, async () => {
      const values = sample(valuesOf(await world().rows(contract, "first", "live"), path), 3);
      if (values.length < 2) return;
      await check({ [path]: values.map(listed).join(",") }, (found) => values.some((value) => satisfies(kind, "eq", found, value)));
    });

    if (kind.kind === "choice") {
      test(`${path} takes each of its words, those of no row included`, async () => {
        for (const value of kind.values) await check({ [path]: value }, (found) => found === value);
      });
    }
    if (kind.kind === "boolean") {
      test(`${path} takes true and false`, async () => {
        for (const value of ["true", "false"]) await check({ [path]: value }, (found) => String(found) === value);
      });
    }
    if (filterOperators(contract, path).length > 1) {
      test(`${path} takes a lower and an upper bound together, and an empty range finds nothing`, async () => {
        const values = [...valuesOf(await world().rows(contract, "first", "live"), path)].sort((a, b) => (satisfies(kind, "lt", a, b) ? -1 : 1));
        const [low = "", high = ""] = [values[Math.floor(values.length / 4)], values[Math.floor((values.length * 3) / 4)]];
        if (values.length === 0) return;
        await check({ [`${path}[gte]`]: low, [`${path}[lt]`]: high }, (found) => satisfies(kind, "gte", found, low) && satisfies(kind, "lt", found, high));
        await check({ [`${path}[gt]`]: high, [`${path}[lt]`]: low }, () => false);
      });
    }

    test(`${path} refuses operators it does not have, and values that are none, by name`, async () => {
      const { ask, key } = world();
      const token = await key("first", "live");
      for (const operator of [
        "ne",
        "like",
        "eq",
        "in",
        "between",
        "GTE",
        "$gt",
        "constructor",
        ...(filterOperators(contract, path).length > 1 ? [] : ["gt", "lte"]),
      ]) {
        const parameter = `${path}[${operator}]`;
        const answer = await ask(`/v1/${contract.name}?${encodeURIComponent(parameter)}=1`, { key: token });
        expect([answer.status, errorsOf(answer)[0]?.["parameter"]], parameter).toEqual([400, parameter]);
      }
      const wrong = kind.kind === "text" ? ["", "x".repeat(201)] : ["", " ", "x", "1; DROP TABLE x", "null", "NaN", "Infinity", "1e5", "%", "true,"];
      for (const value of wrong) {
        const answer = await ask(`/v1/${contract.name}?${encodeURIComponent(path)}=${encodeURIComponent(value)}`, { key: token });
        expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], value).toEqual([400, "invalid-parameter", path]);
      }
    });
  }

  test("a parameter the list does not promise is 400 unknown-parameter, naming those it does", async () => {
    const { ask, key } = world();
    for (const parameter of ["nonsense", "offset", "page", "id[gt]", "__proto__", "constructor", "filter", "Status", "LIMIT"]) {
      const answer = await ask(`/v1/${contract.name}?${encodeURIComponent(parameter)}=1`, { key: await key("first", "live") });
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], parameter).toEqual([400, "unknown-parameter", parameter]);
      for (const path of contract.reads.list?.filter ?? []) if (contract.hide[path.split(".")[0] ?? ""] === undefined) expect(answer.text).toContain(path);
    }
  });
}
