/** What callers are told of themselves: any key may ask, each of its own partner and environment, and of nobody else. */
import { expect, test } from "vitest";
import type { Environment } from "#pipeline/principal.ts";
import { isRow, type Row } from "../public-values.ts";
import { codeOf, errorsOf, pageOf, type World } from "../world.ts";

const paths = ["/v1/account", "/v1/account/keys", "/v1/account/requests"] as const;

export function accountCases(world: () => World, environments: readonly Environment[]): void {
  const [environment = "live"] = environments;

  /** Asks until what was asked before is in the log: it is written behind the requests' backs. */
  async function logOf(token: string, requestId: string, query = ""): Promise<readonly Row[]> {
    for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const { data } = pageOf((await world().ask(`/v1/account/requests?limit=200${query}`, { key: token })).body);
      if (data.some(({ request_id: id }) => id === requestId)) return data;
    }
    throw new Error(`the request ${requestId} is not in the log`);
  }

  const idIn = (headers: Headers): string => headers.get("request-id") ?? "";

  test("each scope alone is enough to ask, and none is named by another answer", async () => {
    const { ask, key, scopes } = world();
    for (const scope of scopes)
      for (const path of paths) expect((await ask(path, { key: await key("first", environment, [scope]) })).status, `${path} with ${scope}`).toBe(200);
  });

  test("without a key, and with a key that is none, it is 401", async () => {
    for (const path of paths) for (const key of [null, "slo_x", "nonsense"]) expect((await world().ask(path, { key })).status, path).toBe(401);
  });

  test("the account is that of the key: its partner, environment, scopes and version", async () => {
    const { ask, key, scopes, project } = world();
    for (const who of ["first", "second"] as const)
      for (const at of environments) {
        const [scope = ""] = scopes;
        const { body } = await ask("/v1/account", { key: await key(who, at, [scope]) });
        expect(body).toMatchObject({
          ...{ partner: { name: who }, environment: at },
          credential: { scopes: [scope], api_version: project.definition.version, expires_at: null },
        });
      }
  });

  test("keys are listed without anything secret, those of the partner and environment alone", async () => {
    const { ask, key } = world();
    const listed = new Map<string, readonly unknown[]>();
    for (const who of ["first", "second"] as const)
      for (const at of environments) {
        const token = await key(who, at);
        const page = pageOf((await ask("/v1/account/keys", { key: token })).body);
        expect(page.data.find(({ id }) => token.includes(`_${String(id)}_`))).toMatchObject({ state: "active" });
        listed.set(
          `${who} ${at}`,
          page.data.map(({ id }) => id),
        );
      }
    const all = [...listed.values()].flat();
    expect(new Set(all).size, "a key is in two lists").toBe(all.length);
  });

  test("requests are logged with what they came to, by path template, and without their query", async () => {
    const { ask, key, project } = world();
    const [contract] = project.definition.contracts.filter(({ reads }) => reads.list !== undefined);
    const token = await key("first", environment);
    const fine = await ask(`/v1/${contract?.name}?limit=1`, { key: token });
    const refused = await ask(`/v1/${contract?.name}?planted_parameter=planted_value`, { key: token });
    await logOf(token, idIn(fine.headers));
    const log = await logOf(token, idIn(refused.headers));
    const route = `/v1/${contract?.name}`;
    expect(log.find(({ request_id: id }) => id === idIn(fine.headers))).toMatchObject({ status: 200, code: null, route, method: "GET" });
    expect(log.find(({ request_id: id }) => id === idIn(refused.headers))).toMatchObject({ status: 400, code: "unknown-parameter", route });
    expect(JSON.stringify(log)).not.toMatch(/planted/);
    const { body } = await ask("/v1/account", { key: token });
    const usage = isRow(body) && isRow(body["usage"]) && isRow(body["usage"]["today"]) ? body["usage"]["today"]["requests"] : 0;
    expect(usage).toBeGreaterThanOrEqual(2);
  });

  test("the log answers to what is looked for", async () => {
    const { ask, key } = world();
    const token = await key("first", environment);
    const { headers } = await ask("/v1/account?nothing=1", { key: token });
    const found = await logOf(token, idIn(headers), "&status=4xx&code=unknown-parameter&route=/v1/account");
    for (const row of found) expect(row).toMatchObject({ status: 400, code: "unknown-parameter", route: "/v1/account" });
    const own = token.split("_")[2] ?? "";
    const byKey = pageOf((await ask(`/v1/account/requests?key=${own}`, { key: token })).body).data;
    expect(byKey.every(({ key: id }) => id === own) && byKey.length > 0).toBe(true);
    expect(pageOf((await ask("/v1/account/requests?since=2999-01-01T00:00:00Z", { key: token })).body).data).toEqual([]);
  });

  test("requests of another partner or environment are in no log, and their cursors open none", async () => {
    const { ask, key } = world();
    const asked = new Map<string, { readonly token: string; readonly id: string }>();
    for (const who of ["first", "second"] as const)
      for (const at of environments) {
        const token = await key(who, at);
        await ask("/v1/account", { key: token });
        asked.set(`${who} ${at}`, { token, id: idIn((await ask("/v1/account", { key: token })).headers) });
      }
    for (const [name, { token, id }] of asked) {
      const log = await logOf(token, id);
      const page = pageOf((await ask("/v1/account/requests?limit=1", { key: token })).body);
      expect(page.next).toBeDefined();
      for (const [other, { token: theirs, id: theirId }] of asked) {
        if (other === name) continue;
        expect(log.map(({ request_id: one }) => one)).not.toContain(theirId);
        const taken = await ask(`/v1/account/requests?limit=1&cursor=${page.next}`, { key: theirs });
        expect([taken.status, codeOf(taken), errorsOf(taken)[0]?.["parameter"]]).toEqual([400, "invalid-cursor", "cursor"]);
      }
      const filtered = await ask(`/v1/account/requests?limit=1&status=200&cursor=${page.next}`, { key: token });
      expect(codeOf(filtered)).toBe("invalid-cursor");
      expect((await ask(`/v1/account/requests?limit=1&cursor=${page.next}`, { key: token })).status).toBe(200);
    }
  });

  test("parameters that are not promised are each 400, naming the parameter", async () => {
    const { ask, key } = world();
    const token = await key("first", environment);
    const odd = [
      "status=20",
      "status=6xx",
      "status=",
      "code=nonsense",
      "code=__proto__",
      "since=yesterday",
      "since=2026-01-01",
      "key=",
      "limit=0",
      "limit=201",
      "cursor=",
    ];
    for (const one of odd) {
      const answer = await ask(`/v1/account/requests?${one}`, { key: token });
      expect([answer.status, errorsOf(answer)[0]?.["parameter"]], one).toEqual([400, one.split("=")[0]]);
    }
    for (const path of paths) expect(codeOf(await ask(`${path}?nope=1`, { key: token })), path).toBe("unknown-parameter");
  });

  test("a key with a scope that no contract declares cannot be made", async () => {
    const { gateway, scopes } = world();
    const [known = ""] = scopes;
    for (const scope of ["nothing:read", "nothing:*", `${known}x`, known.toUpperCase(), "*", "*:*", "", `${known} `])
      await expect(gateway.createKey({ partner: "first", environment, scopes: [known, scope] }), `"${scope}"`).rejects.toThrow();
  });
}
