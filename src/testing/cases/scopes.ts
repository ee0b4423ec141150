/** Default deny: an operation answers to its own scope and to no other. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { readsOf } from "#contract/operations.ts";
import { codeOf, type World } from "../world.ts";

export function scopeCases(contract: Contract, world: () => World): void {
  for (const { id, kind, scope } of readsOf(contract)) {
    const target = async (): Promise<string> => {
      if (kind === "list") return `/v1/${contract.name}?limit=1`;
      const [row] = await world().rows(contract, "first", "live");
      return `/v1/${contract.name}/${encodeURIComponent(String(row?.["id"]))}`;
    };

    test(`${id}: with every scope but ${scope} it is 403 insufficient-scope, naming that scope`, async () => {
      const { ask, key, scopes } = world();
      const others = scopes.filter((other) => other !== scope);
      if (others.length === 0) return; // the one scope there is; a key cannot be made without any
      const answer = await ask(await target(), { key: await key("first", "live", others) });
      expect(answer.status).toBe(403);
      expect(codeOf(answer)).toBe("insufficient-scope");
      expect(answer.text).toContain(scope);
      expect(answer.headers.get("www-authenticate")).toContain(`scope="${scope}"`);
    });

    test(`${id}: ${scope} alone is enough, and so is the wildcard of its resource`, async () => {
      const { ask, key } = world();
      for (const granted of [scope, scope.replace(/:.*$/, ":*")]) {
        expect((await ask(await target(), { key: await key("first", "live", [granted]) })).status, granted).toBe(200);
      }
    });

    test(`${id}: each other scope taken away changes nothing`, async () => {
      const { ask, key, scopes } = world();
      for (const removed of scopes.filter((other) => other !== scope)) {
        const answer = await ask(await target(), {
          key: await key(
            "first",
            "live",
            scopes.filter((other) => other !== removed),
          ),
        });
        expect(answer.status, `without ${removed}`).toBe(200);
      }
    });
  }
}
