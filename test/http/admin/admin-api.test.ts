/** The admin API over real HTTP: what it takes, what it refuses and how, what it leaves in the audit records, and its document. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operatorAuthenticator } from "#control-plane/operators/authenticate.ts";
import { operatorCreate } from "#control-plane/operators/create.ts";
import { operatorRevoke } from "#control-plane/operators/revoke.ts";
import { perform } from "#control-plane/perform.ts";
import { verbs } from "#control-plane/verbs.ts";
import { adminDocument, createAdminApi } from "#gateway";
import { connectStore } from "#store/connect.ts";
import { isRow } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../../projects/demo/databases.ts";
import { askingAt, did, planeOver } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";
import { sendRaw } from "../../support/raw-http.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let served: NodeGateway;
let token: string;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  token = (await did(perform(served.plane, operatorCreate, { name: "alex", role: "admin" }, askingAt(Date.now())))).token;
}, 120_000);
afterAll(async () => {
  await served.stop();
  await store.drop();
  await databases.drop();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const response = await fetch(served.adminUrl + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: isRow(parsed) ? parsed : {} };
}

const errorsOf = ({ body }: Answer): readonly unknown[] => (Array.isArray(body["errors"]) ? body["errors"] : []);

describe("a change", () => {
  test("is done, and its audit record names the operator and the request", async () => {
    const made = await ask("POST", "/admin/partners", { name: "Alpine Stores", accounts: [{ environment: "live", account: "C0000001" }] });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ name: "Alpine Stores", state: "active" });
    const [record] = await served.plane.records.audit.list({ verb: "partner.create" }, undefined, 1);
    expect(record).toMatchObject({ actor: { kind: "operator", name: "alex" }, requestId: made.headers.get("request-id"), before: null });
    expect(record?.actor.id).toMatch(/^opr_[0-9A-Za-z]{12}$/);
  });

  test("that is refused says every reason, and leaves nothing", async () => {
    const before = (await served.plane.records.audit.list({}, undefined, 100)).length;
    const refused = await ask("POST", "/admin/keys", { partner: "Alpine Stores", environment: "live", scopes: ["nothing:read"], api_version: "1999-01-01" });
    expect([refused.status, refused.body["code"]]).toEqual([422, "refused"]);
    expect(errorsOf(refused)).toHaveLength(2);
    expect((await served.plane.records.audit.list({}, undefined, 100)).length).toBe(before);
  });

  test("of what is not there is 404, and says what", async () => {
    const absent = await ask("POST", "/admin/operators/nobody/revoke");
    expect([absent.status, absent.body["code"], absent.body["detail"]]).toEqual([404, "not-found", 'There is no operator "nobody".']);
  });
});

describe("an operator", () => {
  test("is made with a token that works, is listed without it, and is refused at once when it is revoked", async () => {
    const made = await ask("POST", "/admin/operators", { name: "Vi", role: "viewer" });
    const viToken = String(made.body["token"]);
    const asVi = () => fetch(`${served.adminUrl}/admin/partners`, { headers: { Authorization: `Bearer ${viToken}` } });
    expect((await asVi()).status).toBe(200);
    const listed = JSON.stringify((await ask("GET", "/admin/operators")).body);
    expect(listed).toContain('"name":"Vi","role":"viewer","state":"active"');
    expect(listed).not.toContain(viToken.slice(17, 60));
    expect((await ask("POST", "/admin/operators", { name: "vI", role: "viewer" })).body["code"]).toBe("refused");
    expect((await ask("POST", "/admin/operators/vi/revoke")).body).toMatchObject({ name: "Vi", state: "revoked" });
    expect((await asVi()).status).toBe(401);
    // Its name is free again; its records keep it apart by its id.
    expect((await ask("POST", "/admin/operators", { name: "Vi", role: "viewer" })).status).toBe(200);
  });

  test("whose token has expired is refused", async () => {
    const past = Date.now() - 60_000;
    const made = await did(
      perform(served.plane, operatorCreate, { name: "brief", role: "admin", expires_at: new Date(past + 30_000).toISOString() }, askingAt(past)),
    );
    expect((await fetch(`${served.adminUrl}/admin/partners`, { headers: { Authorization: `Bearer ${made.token}` } })).status).toBe(401);
  });

  test("is revoked once: doing it again changes nothing and leaves no further record", async () => {
    const made = await did(perform(served.plane, operatorCreate, { name: "twice", role: "viewer" }, askingAt(Date.now())));
    const first = await did(perform(served.plane, operatorRevoke, { operator: made.id }, askingAt(1_900_000_000_000)));
    const again = await did(perform(served.plane, operatorRevoke, { operator: made.id }, askingAt(1_900_000_100_000)));
    expect(again.revoked_at).toBe(first.revoked_at);
    const records = await served.plane.records.audit.list({ subject: `operator ${made.id}` }, undefined, 10);
    expect(records.map(({ verb }) => verb)).toEqual(["operator.revoke", "operator.create"]);
    expect(JSON.stringify(records)).not.toContain(made.token.slice(17, 60));
  });
});

describe("input that cannot be accepted", () => {
  test.each([
    ["an unknown member", "POST", "/admin/partners", { name: "X", nmae: "Y" }, 422, "invalid-body", { pointer: "/nmae", code: "unknown-field" }],
    ["a wrong type", "POST", "/admin/partners", { name: 7 }, 422, "invalid-body", { pointer: "/name" }],
    ["a missing member", "POST", "/admin/partners", {}, 422, "invalid-body", { pointer: "/name" }],
    ["no object", "POST", "/admin/partners", [], 422, "invalid-body", { pointer: "" }],
    ["no JSON", "POST", "/admin/partners", "{", 400, "malformed-body", { pointer: "" }],
    ["a member twice", "POST", "/admin/partners", '{"name":"a","name":"b"}', 400, "malformed-body", { pointer: "/name" }],
    ["a prototype", "POST", "/admin/partners", '{"name":"a","__proto__":{}}', 400, "malformed-body", { pointer: "/__proto__" }],
    ["an unknown parameter", "GET", "/admin/partners?nope=1", undefined, 400, "unknown-parameter", { parameter: "nope" }],
    ["a malformed parameter", "GET", "/admin/usage?from=yesterday", undefined, 400, "invalid-parameter", { parameter: "from" }],
    ["a repeated parameter", "GET", "/admin/partners?limit=1&limit=2", undefined, 400, "invalid-parameter", { parameter: "limit" }],
    ["a query beside a body", "POST", "/admin/partners?name=x", { name: "x" }, 400, "unknown-parameter", { parameter: "name" }],
    ["a member of the path in the body", "POST", "/admin/operators/a/revoke", { operator: "b" }, 422, "invalid-body", { pointer: "/operator" }],
    ["a body of a read", "GET", "/admin/partners", undefined, 400, "unexpected-body", undefined],
  ])("%s is refused by name", async (what, method, path, body, status, code, error) => {
    if (what === "a body of a read") {
      const { status: got } = await rawGet(path);
      expect(got).toBe(status);
      return;
    }
    const answer = await ask(method, path, body);
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body["request_id"]).toBe(answer.headers.get("request-id"));
    expect(errorsOf(answer)[0]).toMatchObject(error ?? {});
  });

  /** A GET with a body, which `fetch` does not send. */
  async function rawGet(path: string): Promise<{ readonly status: number }> {
    const port = Number(new URL(served.adminUrl).port);
    return sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);
  }

  test("bodies of another kind are 415, bodies that are too large 413", async () => {
    expect((await ask("POST", "/admin/partners", "name=x", { "Content-Type": "application/x-www-form-urlencoded" })).status).toBe(415);
    expect((await ask("POST", "/admin/partners", { name: "x".repeat(1_100_000) })).status).toBe(413);
  });

  test("paths are taken as sent, and methods that are not there are named", async () => {
    for (const path of [
      "/admin",
      "/admin/",
      "/admin//partners",
      "/admin/partners/",
      "/admin/Partners",
      "/ADMIN/partners",
      "/v1/orders",
      "/",
      "/admin/operators//revoke",
    ])
      expect((await ask("GET", path)).status, path).toBe(404);
    const wrong = await ask("DELETE", "/admin/partners");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST, GET, HEAD"]);
    expect((await ask("GET", "/admin/operators/%ff/revoke")).status).toBe(405);
    expect((await ask("POST", "/admin/operators/%ff/revoke")).status).toBe(400);
    expect((await ask("POST", "/admin/operators/..%2F..%2Fx/revoke")).body["detail"]).toBe('There is no operator "../../x".');
  });
});

describe("its document", () => {
  test("is served to whoever reaches the listener, is what is committed, and names every verb with its role", async () => {
    const response = await fetch(`${served.adminUrl}/admin/openapi.json`);
    const text = await response.text();
    expect(text).toBe(adminDocument());
    const tag = response.headers.get("etag") ?? "";
    expect((await fetch(`${served.adminUrl}/admin/openapi.json`, { headers: { "If-None-Match": tag } })).status).toBe(304);
    const operations = Object.values(JSON.parse(text).paths).flatMap((path) => Object.values(Object(path)));
    const named = operations.filter(isRow).map((operation) => `${operation["x-verb"]} ${operation["x-role"]}`);
    expect(named.sort()).toEqual([...verbs.values()].map(({ name, role }) => `${name} ${role}`).sort());
  });

  test("describes what is answered", async () => {
    await ask("POST", "/admin/partners", { name: "For the document" });
    const document = JSON.parse(adminDocument());
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    for (const path of ["/admin/partners", "/admin/keys", "/admin/operators", "/admin/usage", "/admin/usage/deprecated"]) {
      const schema = document.paths[path].get.responses["200"].content["application/json"].schema;
      const { status, body } = await ask("GET", path);
      expect(status, path).toBe(200);
      expect(ajv.validate(schema, body), `${path} ${JSON.stringify(ajv.errors)}`).toBe(true);
    }
    const problem = document.components.schemas.Problem;
    expect(ajv.validate(problem, (await ask("GET", "/admin/partners?nope=1")).body)).toBe(true);
  });
});

test("when the gateway's own database is gone, it is 503 and not a refusal", async () => {
  const gone = connectStore({ url: "postgres://x:x@127.0.0.1:1/x", poolSize: 1, timeoutMs: 500, onBrokenConnection: () => undefined });
  const plane = planeOver(gone);
  const nothing = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const authenticator = operatorAuthenticator({ operators: plane.records.operators, peppers: plane.peppers });
  const admit = { authenticate: async () => ({ kind: "operator", id: "opr_1", name: "x", role: "admin" }) as const };
  for (const one of [authenticator, admit]) {
    const api = createAdminApi({ plane, authenticator: one, log: nothing, now: () => Date.now(), elapsedMs: () => performance.now() });
    const response = await api(new Request("http://admin.test/admin/partners", { headers: { Authorization: `Bearer ${token}` } }), {});
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
  }
  await gone.destroy();
});
