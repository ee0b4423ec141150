/** Field scopes: without its scope a hidden field is not there, cannot be filtered or sorted by, and is not spoken of. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { idOf, query } from "../public-values.ts";
import { codeOf, pageOf, type World } from "../world.ts";

export function hiddenFieldCases(contract: Contract, world: () => World): void {
  const path = `/v1/${contract.name}`;
  for (const [field, scope] of Object.entries(contract.hide)) {
    const without = (): Promise<string> =>
      world().key(
        "first",
        "live",
        world().scopes.filter((other) => other !== scope),
      );

    test(`${field} is absent without ${scope} and present with it; everything else is the same`, async () => {
      const { ask, key, rows, scopes } = world();
      const holders = await Promise.all((["first", "second"] as const).map(async (who) => ({ who, all: (await rows(contract, who, "live")).slice(0, 10) })));
      // Whose rows show something there; null everywhere would prove nothing.
      const { who, all } = holders.find((holder) => holder.all.some((row) => row[field] !== null)) ?? expect.unreachable(`${field} is null everywhere`);
      for (const [token, hidden] of [
        [await key(who, "live"), false],
        [
          await key(
            who,
            "live",
            scopes.filter((other) => other !== scope),
          ),
          true,
        ],
      ] as const) {
        const list = pageOf((await ask(`${path}?limit=10`, { key: token })).body).data;
        expect(list.map((row) => Object.hasOwn(row, field))).toEqual(all.map(() => !hidden));
        const one = await ask(`${path}/${encodeURIComponent(idOf(all[0] ?? {}))}`, { key: token });
        const { [field]: value, ...others } = all[0] ?? {};
        expect(one.body).toEqual(hidden ? others : { ...others, [field]: value });
      }
    });

    test(`${field} cannot be asked for, filtered or sorted by without ${scope}, and no refusal names it as allowed`, async () => {
      const { ask } = world();
      const token = await without();
      const members = (contract.reads.list?.filter ?? []).filter((name) => name === field || name.startsWith(`${field}.`));
      for (const parameters of [
        { fields: field },
        { fields: `id,${field}` },
        { sort: field },
        { expand: field },
        { [field]: "1" },
        { [`${field}[gt]`]: "1" },
        { [`${field}.amount`]: "1" },
        ...members.map((name) => ({ [name]: "1" })),
        { nonsense: "1" },
      ]) {
        const answer = await ask(`${path}?${query(parameters)}`, { key: token });
        expect(answer.status, JSON.stringify(parameters)).toBe(400);
        const allowed = answer.text.replaceAll(/"parameter":"[^"]*"/g, "");
        expect(allowed, JSON.stringify(parameters)).not.toContain(field);
      }
      const one = await ask(`${path}/x?fields=${field}`, { key: token });
      expect([one.status, codeOf(one)]).toEqual([400, "invalid-parameter"]);
    });
  }
}
