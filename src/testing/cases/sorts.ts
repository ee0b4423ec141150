/** Every promised sort in both directions, checked on the values that partners see. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { compare, idOf, kindAt, type Row, valueAt } from "../public-values.ts";
import { codeOf, errorsOf, type World } from "../world.ts";

/** Neighbours that stand the wrong way round. Text is ordered by the database's own rules, so it is left out here. */
function disorder(contract: Contract, rows: readonly Row[], path: string, descending: boolean): readonly unknown[] {
  const kind = kindAt(contract, path);
  const values = rows.map((row) => valueAt(row, path)).filter((value) => value !== null);
  if (kind.kind === "text") return [];
  return values.filter((value, index) => {
    const before = values[index - 1];
    return before !== undefined && compare(kind, before, value) * (descending ? -1 : 1) > 0;
  });
}

function fieldsOf(...paths: readonly string[]): string {
  return paths.map((path) => path.split(".")[0]).join(",");
}

export function sortCases(contract: Contract, world: () => World): void {
  const sorts = contract.reads.list?.sort ?? [];
  for (const path of sorts) {
    test(`sort=${path} orders all rows, and sort=-${path} is its exact reverse`, async () => {
      const { walk, key, rows } = world();
      const token = await key("first", "live");
      const all = await rows(contract, "first", "live");
      // Small pages: the order has to hold across cursors, where NULLs and equal values stand, too.
      const limit = String(Math.min(200, Math.max(2, Math.ceil(all.length / 12))));
      const fields = fieldsOf(path);
      const [up, down] = [await walk(contract, { sort: path, limit, fields }, token), await walk(contract, { sort: `-${path}`, limit, fields }, token)];
      expect(up.map(idOf).sort()).toEqual(all.map(idOf).sort());
      expect(disorder(contract, up, path, false)).toEqual([]);
      expect(disorder(contract, down, path, true)).toEqual([]);
      expect(down.map(idOf)).toEqual(up.map(idOf).reverse());
      const seen = up.map((row) => String(valueAt(row, path)));
      const blocks = seen.filter((value, index) => value !== seen[index - 1]);
      if (kindAt(contract, path).kind !== "text")
        expect(blocks.filter((value) => value !== "null").length).toBe(new Set(seen.filter((value) => value !== "null")).size);
    });
  }

  for (const [first, second] of sorts.flatMap((one) => sorts.filter((other) => other !== one).map((other) => [one, other] as const))) {
    test(`sort=${first},-${second} orders by the second where the first is equal`, async () => {
      const { walk, key, rows } = world();
      const sorted = await walk(contract, { sort: `${first},-${second}`, limit: "150", fields: fieldsOf(first, second) }, await key("first", "live"));
      expect(sorted.length).toBe((await rows(contract, "first", "live")).length);
      expect(disorder(contract, sorted, first, false)).toEqual([]);
      for (let from = 0, to = 0; from < sorted.length; from = to) {
        const value = valueAt(sorted[from] ?? {}, first);
        while (to < sorted.length && valueAt(sorted[to] ?? {}, first) === value) to += 1;
        if (value !== null) expect(disorder(contract, sorted.slice(from, to), second, true)).toEqual([]);
      }
    });
  }

  test("a sort that is not promised is refused by name", async () => {
    const { ask, key } = world();
    const notPromised = Object.keys(contract.model.shape).filter((field) => !sorts.includes(field));
    const wrong = [
      ...notPromised.slice(0, 3),
      "nonsense",
      "",
      "-",
      "--id",
      "id,id",
      "id;DROP TABLE x",
      "(SELECT 1)",
      "1",
      "__proto__",
      "constructor",
      "id asc",
      "ID",
    ];
    for (const sort of wrong) {
      const answer = await ask(`/v1/${contract.name}?sort=${encodeURIComponent(sort)}`, { key: await key("first", "live") });
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], sort).toEqual([400, "invalid-parameter", "sort"]);
    }
  });
}
