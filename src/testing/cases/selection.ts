/** `fields` and `expand`: an answer holds what was asked for, unchanged, and nothing else. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { expandable } from "#contract/response-schema.ts";
import { idOf, query, type Row } from "../public-values.ts";
import { codeOf, errorsOf, pageOf, type World } from "../world.ts";

const pick = (row: Row, fields: readonly string[]): Row => Object.fromEntries(fields.map((field) => [field, row[field]]));

export function selectionCases(contract: Contract, world: () => World): void {
  const path = `/v1/${contract.name}`;
  const fields = Object.keys(contract.model.shape);
  const children = expandable(contract);

  test("each single field can be asked for, in lists and single reads, and comes with the id alone", async () => {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const all = (await rows(contract, "first", "live")).slice(0, 5);
    for (const field of fields) {
      const wanted = [...new Set(["id", field])];
      const list = await ask(`${path}?${query({ fields: field, limit: "5" })}`, { key: token });
      expect(pageOf(list.body).data, field).toEqual(all.map((row) => pick(row, wanted)));
      if (contract.reads.get === undefined) continue;
      const one = await ask(`${path}/${encodeURIComponent(idOf(all[0] ?? {}))}?fields=${field}`, { key: token });
      expect(one.body, field).toEqual(pick(all[0] ?? {}, wanted));
    }
  });

  test("all fields together, in any order, are the whole", async () => {
    const { ask, key, rows } = world();
    const all = (await rows(contract, "first", "live")).slice(0, 3);
    const list = await ask(`${path}?${query({ fields: [...fields].reverse().join(","), limit: "3" })}`, { key: await key("first", "live") });
    expect(pageOf(list.body).data).toEqual(all);
  });

  test("child rows that can be expanded are left out of lists until they are, each alone and all together", async () => {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const all = (await rows(contract, "first", "live")).slice(0, 20);
    const plain = fields.filter((field) => !children.includes(field));
    expect(pageOf((await ask(`${path}?limit=20`, { key: token })).body).data).toEqual(all.map((row) => pick(row, plain)));
    for (const child of children) {
      const list = await ask(`${path}?${query({ expand: child, limit: "20" })}`, { key: token });
      expect(pageOf(list.body).data, child).toEqual(all.map((row) => pick(row, [...plain, child])));
    }
  });

  test("unknown names in fields and expand are refused by name, and what is allowed is said", async () => {
    const { ask, key } = world();
    const token = await key("first", "live");
    const one = async (parameter: string, value: string, expected: string): Promise<void> => {
      const answer = await ask(`${path}?${query({ [parameter]: value })}`, { key: token });
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], `${parameter}=${value}`).toEqual([400, "invalid-parameter", parameter]);
      expect(answer.text).toContain(expected);
    };
    for (const value of ["nonsense", "", ",", "*", "id,nonsense", "__proto__", "constructor", "toString", "ID", " id", "id;"]) await one("fields", value, "id");
    for (const value of ["nonsense", "", "id", "__proto__", "constructor", ...(children[0] ? [`${children[0]}.x`, `${children[0]},`] : [])])
      await one("expand", value, children[0] ?? "nothing to expand");
  });

  if (contract.reads.get !== undefined) {
    test("a single read takes fields and no other parameter", async () => {
      const { ask, key, rows } = world();
      const [row] = await rows(contract, "first", "live");
      for (const parameter of ["expand", "limit", "cursor", "sort", "nonsense", ...(contract.reads.list?.filter ?? []).slice(0, 1)]) {
        const answer = await ask(`${path}/${encodeURIComponent(idOf(row ?? {}))}?${parameter}=1`, { key: await key("first", "live") });
        expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], parameter).toEqual([400, "unknown-parameter", parameter]);
      }
    });
  }
}
