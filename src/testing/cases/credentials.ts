/** Without a valid key there is nothing: every kind of bad key gets the same 401, and nothing says which kind it was. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { readsOf } from "#contract/operations.ts";
import { formatKey, generateKey, parseKey } from "#control-plane/api-keys/format.ts";
import { isRow } from "../public-values.ts";
import { type Answer, codeOf, type World } from "../world.ts";

/** Tokens that look more and more like a key, made from a valid one. */
function badKeys(valid: string, prefix: string): Readonly<Record<string, string>> {
  const parts = parseKey(valid, prefix);
  if (parts.kind !== "key") throw new Error("not a valid key");
  const last = valid.at(-1) === "0" ? "1" : "0";
  return {
    "no key at all by its form": "abc",
    "a wrong checksum": valid.slice(0, -1) + last,
    "one character missing": valid.slice(0, -1),
    "one character too many": `${valid}0`,
    "an unknown key id": formatKey({ ...generateKey(parts.environment) }, prefix),
    "a wrong secret": formatKey({ ...parts, secret: generateKey("live").secret }, prefix),
    "the other environment": formatKey({ ...parts, environment: parts.environment === "live" ? "test" : "live" }, prefix),
    "another prefix": formatKey(parts, prefix === "xyz" ? "abc" : "xyz"),
    "the prefix in capitals": valid.replace(prefix, prefix.toUpperCase()),
  };
}

/** Body and headers without what names the one request. */
export function withoutRequest({ text, headers, body }: Answer): unknown {
  const id = isRow(body) ? String(body["request_id"]) : "";
  return { text: text.replaceAll(id, "ID"), headers: [...headers].filter(([name]) => !["request-id", "date", "ratelimit"].includes(name)) };
}

export function credentialCases(contract: Contract, world: () => World): void {
  for (const { id, kind } of readsOf(contract)) {
    const targetOf = (row: string): string => (kind === "list" ? `/v1/${contract.name}` : `/v1/${contract.name}/${encodeURIComponent(row)}`);

    test(`${id}: no key, and every kind of bad key, is 401 unauthenticated, all bad ones word for word the same`, async () => {
      const { ask, key, rows, project } = world();
      const own = await rows(contract, "first", "live");
      const target = targetOf(String(own[0]?.["id"]));
      const absent = await ask(target, { key: null });
      expect(absent.status).toBe(401);
      expect(codeOf(absent)).toBe("unauthenticated");
      const answers = new Map<string, string>();
      for (const [why, token] of Object.entries(badKeys(await key("first", "live"), project.definition.keyPrefix))) {
        const answer = await ask(target, { key: token });
        expect(answer.status, why).toBe(401);
        answers.set(JSON.stringify(withoutRequest(answer)), why);
      }
      expect([...answers.values()]).toHaveLength(1);
    });

    test(`${id}: without a key an id that exists and one that does not get the same answer`, async () => {
      const { ask, rows } = world();
      const [own] = await rows(contract, "first", "live");
      const [exists, missing] = [await ask(targetOf(String(own?.["id"])), { key: null }), await ask(targetOf("no-such-thing"), { key: null })];
      expect(withoutRequest(exists)).toEqual(withoutRequest(missing));
    });
  }
}
