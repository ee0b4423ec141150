/** Who may do what, walked over the one table of verbs; operators and partners never get through each other's door. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { allOperations } from "#contract/operations.ts";
import { operatorCreate } from "#control-plane/operators/create.ts";
import { perform } from "#control-plane/perform.ts";
import { type Role, roles, type Verb } from "#control-plane/verb.ts";
import { verbs } from "#control-plane/verbs.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../../projects/demo/databases.ts";
import { askingAt, did } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let served: NodeGateway;
let partnerKey: string;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  await served.createPartner("first", { live: ["C0000001"], test: [] });
  partnerKey = await served.createKey({ partner: "first", environment: "live", scopes: [...declaredScopes(gateway.contracts)] });
  for (const role of roles) {
    const made = await did(perform(served.plane, operatorCreate, { name: role, role }, askingAt(Date.now())));
    tokens.set(role, made.token);
  }
}, 120_000);
afterAll(async () => {
  await served.stop();
  await store.drop();
  await databases.drop();
});

/** Asks for the verb with an input that fits no verb's needs: what counts is whether it is looked at at all. */
async function ask({ method, path }: Verb, token: string | undefined): Promise<{ readonly status: number; readonly code: unknown; readonly text: string }> {
  const response = await fetch(served.adminUrl + path.replaceAll(/\{\w+\}/g, "nothing-of-this-name"), {
    method,
    headers: { ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...(method !== "GET" && { "Content-Type": "application/json" }) },
    ...(method !== "GET" && { body: "{}" }),
  });
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text)["code"], text };
}

const mayDo = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

describe.each([...verbs.values()].map((verb) => [verb.name, verb] as const))("%s", (_name, verb) => {
  test("without a token, and with what is none, it is 401", async () => {
    const token = tokens.get("admin") ?? "";
    const near = `${token.slice(0, -1)}${token.endsWith("a") ? "b" : "a"}`;
    const jwt = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJjbF8xIn0.c2lnbmF0dXJl";
    for (const none of [undefined, "", "x", near, token.toUpperCase(), jwt, partnerKey, `slo_${"0".repeat(62)}`]) {
      const { status, code } = await ask(verb, none);
      expect([status, code], none?.slice(0, 12)).toEqual([401, "unauthenticated"]);
    }
  });

  for (const role of roles) {
    test(`a token of the role ${role} ${mayDo(role, verb.role) ? "may" : "may not: 403 that names the role"}`, async () => {
      const { status, code, text } = await ask(verb, tokens.get(role));
      if (mayDo(role, verb.role)) {
        expect([401, 403]).not.toContain(status);
        expect(status).toBeLessThan(500);
      } else {
        expect([status, code]).toEqual([403, "insufficient-role"]);
        expect(text).toContain(`needs the role ${verb.role}`);
      }
    });
  }

  test("partners' port has nothing at its path, whoever asks", async () => {
    for (const token of [tokens.get("admin") ?? "", partnerKey]) {
      const path = verb.path.replaceAll(/\{\w+\}/g, "x");
      const response = await fetch(served.url + path, { method: verb.method, headers: { Authorization: `Bearer ${token}` } });
      expect([404, 405]).toContain(response.status);
    }
  });
});

describe("partners' operations", () => {
  test.each(allOperations(gateway.contracts).map((operation) => [operation.id, operation] as const))(
    "%s answers no operator's token: 401",
    async (_id, operation) => {
      for (const token of tokens.values()) {
        const path = operation.path.replace("{id}", "x");
        const isRead = operation.method === "GET";
        const response = await fetch(served.url + path, {
          method: operation.method,
          headers: { Authorization: `Bearer ${token}`, ...(!isRead && { "Content-Type": "application/json", "Idempotency-Key": "0123456789abcdef" }) },
          ...(!isRead && { body: "{}" }),
        });
        expect(response.status).toBe(401);
        expect(await response.text()).toContain("unauthenticated");
      }
    },
  );
});

test("the verbs have one place each, of the form that the admin API routes, and inputs in which the path's parameters stand", () => {
  const places = [...verbs.values()].map(({ method, path }) => `${method} ${path}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { path, input, name, method, role } of verbs.values()) {
    expect(path, name).toMatch(/^\/admin(?:\/[a-z-]+|\/\{\w+\})+$/);
    for (const [, parameter = ""] of path.matchAll(/\{(\w+)\}/g)) expect(Object.keys(input.shape), name).toContain(parameter);
    // Nothing that changes something is for those who only see.
    if (method !== "GET") expect(role, name).not.toBe("viewer");
  }
});
