/** Nothing of another partner's can be read, counted or guessed: it answers exactly as what does not exist. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { idOf, kindAt, listed, type Row, valueAt } from "../public-values.ts";
import { codeOf, pageOf, sample, type World } from "../world.ts";
import { withoutRequest } from "./credentials.ts";

/** Rows that only the other partner may see. */
async function foreignRows(contract: Contract, world: World, who: "first" | "second"): Promise<readonly Row[]> {
  const own = new Set((await world.rows(contract, who, "live")).map(idOf));
  return (await world.rows(contract, who === "first" ? "second" : "first", "live")).filter((row) => !own.has(idOf(row)));
}

/** An id of the same form as a real one that names nothing. */
function missingLike(id: string, taken: ReadonlySet<string>): string {
  for (const digit of "9876543210ZQX") {
    const candidate = id.replace(/[0-9A-Za-z](?=[^0-9A-Za-z]*$)/, digit);
    if (!taken.has(candidate)) return candidate;
  }
  return `${id}9`;
}

export function isolationCases(contract: Contract, world: () => World): void {
  const path = `/v1/${contract.name}`;
  const shared = (): boolean => {
    const rule = world().project.definition.resources.find((resource) => resource.contract === contract)?.binding.account;
    return typeof rule === "object" && rule.kind === "shared";
  };

  for (const who of ["first", "second"] as const) {
    test(`the ${who} partner finds the other's ids exactly as missing ones: 404, the same body, the same headers`, async () => {
      const { ask, key } = world();
      const foreign = await foreignRows(contract, world(), who);
      if (shared()) return expect(foreign).toEqual([]);
      expect(foreign.length).toBeGreaterThan(0);
      if (contract.reads.get === undefined) return;
      const token = await key(who, "live");
      const taken = new Set([...(await world().rows(contract, "first", "live")), ...(await world().rows(contract, "second", "live"))].map(idOf));
      for (const row of sample(foreign, 12)) {
        const theirs = await ask(`${path}/${encodeURIComponent(idOf(row))}`, { key: token });
        const missing = await ask(`${path}/${encodeURIComponent(missingLike(idOf(row), taken))}`, { key: token });
        expect([theirs.status, codeOf(theirs)]).toEqual([404, "not-found"]);
        expect(withoutRequest(theirs)).toEqual(withoutRequest(missing));
        const tagged = await ask(`${path}/${encodeURIComponent(idOf(row))}`, { key: token, headers: { "If-None-Match": "*" } });
        expect(withoutRequest(tagged)).toEqual(withoutRequest(missing));
      }
    });

    for (const filter of contract.reads.list?.filter ?? []) {
      test(`the ${who} partner's list finds nothing by a ${filter} that only the other's rows have, just as by one that nothing has`, async () => {
        const { ask, key, rows } = world();
        const kind = kindAt(contract, filter);
        if (kind.kind === "choice" || kind.kind === "boolean") return; // no value is anybody's own
        const own = new Set((await rows(contract, who, "live")).map((row) => String(valueAt(row, filter))));
        const values = [...new Set((await foreignRows(contract, world(), who)).map((row) => valueAt(row, filter)))]
          .filter((value) => value !== null && value !== "" && !own.has(String(value)))
          .map(String);
        const token = await key(who, "live");
        for (const value of sample(values, 8)) {
          const theirs = await ask(`${path}?${encodeURIComponent(filter)}=${encodeURIComponent(listed(value))}`, { key: token });
          expect([theirs.status, theirs.text], value).toEqual([200, '{"data":[],"next_cursor":null}']);
        }
        if (kind.kind !== "text") return;
        const nothing = await ask(`${path}?${encodeURIComponent(filter)}=no-such-thing`, { key: token });
        expect([nothing.status, nothing.text]).toEqual([200, '{"data":[],"next_cursor":null}']);
      });
    }

    test(`the ${who} partner's list has no row of the other's in any order or selection`, async () => {
      const { ask, key } = world();
      const foreign = new Set((await foreignRows(contract, world(), who)).map(idOf));
      for (const sort of ["", ...(contract.reads.list?.sort ?? []).flatMap((one) => [`&sort=${one}`, `&sort=-${one}`])]) {
        const page = pageOf((await ask(`${path}?limit=200&fields=id${sort}`, { key: await key(who, "live") })).body);
        expect(page.data.filter((row) => foreign.has(idOf(row)))).toEqual([]);
      }
    });
  }
}
