/** A key of one environment never sees the other: not its ids, not its rows, not its state. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import type { Environment } from "#pipeline/principal.ts";
import { idOf } from "../public-values.ts";
import { codeOf, sample, type World } from "../world.ts";
import { withoutRequest } from "./credentials.ts";

export function environmentCases(contract: Contract, world: () => World, environments: readonly Environment[]): void {
  const path = `/v1/${contract.name}`;

  if (!environments.includes("test")) {
    test("a key of the environment that is not there is told so with 503, and gets nothing of the other", async () => {
      const { ask, key, rows } = world();
      const token = await key("first", "test");
      const [row] = await rows(contract, "first", "live");
      for (const target of [path, ...(contract.reads.get === undefined ? [] : [`${path}/${encodeURIComponent(idOf(row ?? {}))}`])]) {
        const answer = await ask(target, { key: token });
        expect([answer.status, codeOf(answer)]).toEqual([503, "source-unavailable"]);
        expect(answer.text).toContain("test environment");
      }
    });
    return;
  }
  if (contract.reads.get === undefined) return;

  for (const [environment, other] of [
    ["test", "live"],
    ["live", "test"],
  ] as const) {
    test(`a ${environment} key finds ids that only ${other} has exactly as missing ones`, async () => {
      const { ask, key, rows } = world();
      const own = new Set((await rows(contract, "first", environment)).map(idOf));
      const theirs = (await rows(contract, "first", other)).filter((row) => !own.has(idOf(row)));
      const token = await key("first", environment);
      const missing = withoutRequest(await ask(`${path}/no-such-thing`, { key: token }));
      for (const row of sample(theirs, 8)) {
        const answer = await ask(`${path}/${encodeURIComponent(idOf(row))}`, { key: token });
        expect(answer.status, idOf(row)).toBe(404);
        expect(withoutRequest(answer)).toEqual(missing);
      }
    });
  }

  test("ids that both environments have answer with each environment's own record", async () => {
    const { ask, key, rows } = world();
    const test = new Map((await rows(contract, "first", "test")).map((row) => [idOf(row), row]));
    const live = new Map((await rows(contract, "first", "live")).map((row) => [idOf(row), row]));
    const both = [...live.keys()].filter((id) => test.has(id));
    for (const id of sample(both, 5)) {
      for (const [environment, from] of [
        ["live", live],
        ["test", test],
      ] as const) {
        expect((await ask(`${path}/${encodeURIComponent(id)}`, { key: await key("first", environment) })).body).toEqual(from.get(id));
      }
    }
    // Without a difference somewhere the environments could be one database.
    expect(JSON.stringify([...live.values()]) === JSON.stringify([...test.values()]), "the rows of both environments are the same").toBe(false);
  });
}
