/** Partners deal with their own webhook endpoints over HTTP. */
import { createPublicKey, randomUUID, verify } from "node:crypto";
import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retentionRecords } from "#store/retention.ts";
import { answersChallenges } from "../support/receivers/answers-challenges.ts";
import { answers, endless, hangsBeforeHeaders, redirects } from "../support/receivers/behaviours.ts";
import { type ReceivedRequest, type Receiver, startReceiver } from "../support/receivers/receiver.ts";
import { allScopes, partnerWorld, type Said } from "./partner.ts";

const world = partnerWorld();
const path = "/v1/webhook-endpoints";
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver({ behaviour: answersChallenges });
});
afterAll(() => receiver.close());

const hook = (more: object = {}) => ({ url: `${receiver.url}/hook`, types: ["order.shipped"], ...more });

async function created(more: object = {}): Promise<Said["json"] & { readonly id: string; readonly secret: string }> {
  const { status, json, text } = await world().ask("POST", path, hook(more));
  expect(status, text).toBe(201);
  return { ...json, id: String(json["id"]), secret: String(json["secret"]) };
}

async function verified(more: object = {}) {
  const endpoint = await created(more);
  expect((await world().ask("POST", `${path}/${endpoint.id}/verify`)).json).toMatchObject({ state: "active" });
  return endpoint;
}

const last = (): ReceivedRequest => receiver.requests.at(-1) ?? expect.unreachable("nothing was received");
const given = ({ headers }: ReceivedRequest) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

describe("an endpoint", () => {
  it("is created unverified, with its secret shown this once", async () => {
    const { status, json, headers } = await world().ask(
      "POST",
      path,
      hook({ types: ["order.shipped", "order.placed", "order.shipped"], description: "Größe 漢字" }),
    );
    expect(status).toBe(201);
    expect(json).toMatchObject({
      url: `${receiver.url}/hook`,
      types: ["order.placed", "order.shipped"],
      description: "Größe 漢字",
      state: "unverified",
      signature: "hmac",
      verified_at: null,
      scopes: allScopes,
      jwks_href: null,
    });
    expect(json["secret"]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(headers.get("location")).toBe(`${path}/${json["id"]}`);
    expect(headers.get("cache-control")).toBe("no-store");
    const shown = await world().ask("GET", `${path}/${json["id"]}`);
    expect(shown.json).toEqual(Object.fromEntries(Object.entries(json).filter(([name]) => name !== "secret")));
    const list = await world().ask("GET", path);
    expect(list.json["data"]).toContainEqual(shown.json);
    expect(list.text).not.toContain(String(json["secret"]));
    expect(world().gateway.log()).not.toContain(String(json["secret"]));
  });

  it("is not made twice by a repetition, which is answered the same to the byte, secret and all", async () => {
    const idempotencyKey = randomUUID();
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => world().ask("POST", path, hook({ description: "once" }), { idempotencyKey })));
    const later = await world().ask("POST", path, hook({ description: "once" }), { idempotencyKey });
    for (const one of [...others, later]) expect(one).toMatchObject({ status: 201, text: first?.text });
    expect(later.headers.get("idempotency-replayed")).toBe("true");
    expect(later.headers.get("location")).toBe(first?.headers.get("location"));
    const list = await world().ask("GET", path);
    expect(list.text.match(/"description":"once"/g)).toHaveLength(1);
    const other = await world().ask("POST", path, hook({ description: "twice" }), { idempotencyKey });
    expect(other).toMatchObject({ status: 422, json: { code: "idempotency-key-reused" } });
    const without = await world().ask("POST", path, hook(), { idempotencyKey: "", headers: {} });
    expect(without.status).toBe(400);
  });

  it("is known to have been made when its answer is no longer kept", async () => {
    const idempotencyKey = randomUUID();
    const first = await world().ask("POST", path, hook(), { idempotencyKey });
    await sql`update sluice.webhook_receipts set at = at - interval '25 hours'`.execute(world().store);
    const kept = retentionRecords(() => world().store);
    expect(await kept.forget("endpoint_answers", 1, 1_000)).toBeGreaterThan(0);
    expect(await kept.forget("endpoint_receipts", 30, 1_000)).toBe(0);
    const again = await world().ask("POST", path, hook(), { idempotencyKey });
    expect(again).toMatchObject({ status: 422, json: { code: "idempotency-key-expired", detail: expect.stringContaining(String(first.json["id"])) } });
    await sql`update sluice.webhook_receipts set at = at - interval '30 days'`.execute(world().store);
    expect(await kept.forget("endpoint_receipts", 30, 1_000)).toBeGreaterThan(0);
    expect((await sql`select from sluice.sealed_secrets where of_table = 'webhook_receipts'`.execute(world().store)).rows).toHaveLength(0);
  });

  it("keeps no secret and no answer in the clear", async () => {
    const { secret } = await created();
    const plain = secret.replace("whsec_", "");
    const tables = ["webhook_endpoints", "webhook_secrets", "webhook_receipts", "sealed_secrets", "audit_records"];
    for (const table of tables) {
      const { rows } = await sql<{ text: string }>`select t::text as text from sluice.${sql.raw(table)} as t`.execute(world().store);
      const hex = Buffer.from(plain, "base64").toString("hex");
      for (const { text } of rows) expect(text.includes(plain) || text.includes(hex) || text.includes(Buffer.from(plain).toString("hex")), table).toBe(false);
    }
  });

  it("is verified by a signed challenge, and by nothing less", async () => {
    const { id, secret } = await created();
    const bad: [string, Parameters<typeof startReceiver>[0]][] = [
      ["It answered 404.", { behaviour: answers(404) }],
      ["it was no JSON", { behaviour: answers(200, {}, "ok") }],
      ["it was another one", { behaviour: answers(200, {}, '{"challenge":"x"}') }],
      ["It answered 302.", { behaviour: redirects(302, `${receiver.url}/hook`) }],
      ["it was no JSON", { behaviour: endless }],
    ];
    for (const [detail, options] of bad) {
      const other = await startReceiver(options);
      const endpoint = await created({ url: other.url });
      const { status, json } = await world().ask("POST", `${path}/${endpoint.id}/verify`);
      expect({ status, json }).toMatchObject({ status: 422, json: { code: "challenge-failed", detail: expect.stringContaining(detail) } });
      expect((await world().ask("GET", `${path}/${endpoint.id}`)).json).toMatchObject({ state: "unverified", verified_at: null });
      await other.close();
    }
    const { status, json } = await world().ask("POST", `${path}/${id}/verify`);
    expect({ status, json }).toMatchObject({ status: 200, json: { state: "active", verified_at: expect.any(String) } });
    const request = last();
    expect(new Webhook(secret).verify(request.body, given(request))).toMatchObject({ type: "webhook_endpoint.challenge", resource_id: id });
  });

  it("answers a repetition of a verification with what came of it then", async () => {
    const { id } = await created();
    const idempotencyKey = randomUUID();
    const first = await world().ask("POST", `${path}/${id}/verify`, undefined, { idempotencyKey });
    const before = receiver.requests.length;
    const again = await world().ask("POST", `${path}/${id}/verify`, {}, { idempotencyKey });
    expect(first.status).toBe(200);
    expect(again.json["code"]).toBe("idempotency-key-reused");
    const same = await world().ask("POST", `${path}/${id}/verify`, undefined, { idempotencyKey });
    expect(same).toMatchObject({ status: 200, text: first.text });
    expect(receiver.requests.length).toBe(before);
  });

  it("is sent an example of an event as a test, marked as one", async () => {
    const { id, secret } = await verified({ types: ["*"] });
    const { status, json } = await world().ask("POST", `${path}/${id}/test`, { type: "order.shipped" });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { delivered: true, status: 204, failure: null, detail: null, answer: "", truncated: false, event: { type: "order.shipped", test: true, seq: 0 } },
    });
    const request = last();
    expect(new Webhook(secret).verify(request.body, given(request))).toEqual(json["event"]);
    expect(request.headers["webhook-id"]).toBe((json["event"] as { id: string }).id);
    expect((await world().ask("GET", "/v1/events")).json["data"]).toEqual([]);
  });

  it("tells what a test was answered, whatever that was", async () => {
    const { id } = await verified();
    receiver.turn(answers(500, {}, "no \u0000 and \u2028"), "/hook");
    try {
      expect((await world().ask("POST", `${path}/${id}/test`)).json).toMatchObject({
        delivered: false,
        status: 500,
        detail: "It answered 500.",
        answer: "no \u0000 and \u2028",
      });
    } finally {
      receiver.turn(answersChallenges, "/hook");
    }
  });

  it("is sent no test before it is verified, nor of what it may not see", async () => {
    const { id } = await created();
    expect(await world().ask("POST", `${path}/${id}/test`)).toMatchObject({ status: 409, json: { code: "endpoint-not-verified" } });
    const { id: active } = await verified();
    expect(await world().ask("POST", `${path}/${active}/test`, { type: "order.shiped" })).toMatchObject({
      status: 422,
      json: {
        code: "invalid-endpoint",
        errors: [{ pointer: "/type", code: "unknown-event-type", detail: "There is no such type of events; did you mean order.shipped?" }],
      },
    });
  });

  it("is of no use for flooding others: challenges and tests are few", async () => {
    const { id } = await verified();
    const answersOf = [];
    for (let at = 0; at < 8; at += 1) answersOf.push(await world().ask("POST", `${path}/${id}/test`));
    const refused = answersOf.find(({ status }) => status === 429);
    expect(refused).toMatchObject({ json: { code: "too-many-tests" } });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(refused?.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  });

  it("has both signatures while its secret is changed, and the new one alone afterwards", async () => {
    const { id, secret: old } = await verified();
    const rotated = await world().ask("POST", `${path}/${id}/rotate-secret`, { overlap_seconds: 3_600 });
    const fresh = String(rotated.json["secret"]);
    expect(rotated.status).toBe(200);
    expect(fresh).not.toBe(old);
    expect(rotated.json["secrets"]).toMatchObject([{ expires_at: null }, { expires_at: expect.any(String) }]);
    await world().ask("POST", `${path}/${id}/test`);
    for (const secret of [old, fresh]) new Webhook(secret).verify(last().body, given(last()));
    expect(String(last().headers["webhook-signature"]).split(" ")).toHaveLength(2);

    const ended = await world().ask("POST", `${path}/${id}/rotate-secret`, { overlap_seconds: 0 });
    await world().ask("POST", `${path}/${id}/test`);
    new Webhook(String(ended.json["secret"])).verify(last().body, given(last()));
    for (const secret of [old, fresh]) expect(() => new Webhook(secret).verify(last().body, given(last()))).toThrow("No matching signature");
    expect(ended.json["secrets"]).toHaveLength(1);
  });

  it("is signed for by ed25519 on request, with public keys that are published", async () => {
    const endpoint = await verified({ signature: "ed25519" });
    expect(endpoint).toMatchObject({ signature: "ed25519", secret: "null", secrets: [{ public_key: expect.stringMatching(/^whpk_/) }] });
    await world().ask("POST", `${path}/${endpoint.id}/test`);
    const published = await fetch(`${world().gateway.url}/.well-known/webhooks/${endpoint.id}/jwks.json`);
    expect(published.headers.get("content-type")).toBe("application/jwk-set+json");
    const { keys } = (await published.json()) as { keys: Record<string, string>[] };
    expect(keys).toMatchObject([{ kty: "OKP", crv: "Ed25519", use: "sig" }]);
    const { headers, body } = last();
    const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
    const [kind, signature = ""] = String(headers["webhook-signature"]).split(",");
    expect(kind).toBe("v1a");
    expect(verify(null, signed, createPublicKey({ key: keys[0] ?? {}, format: "jwk" }), Buffer.from(signature, "base64"))).toBe(true);
    expect((await fetch(`${world().gateway.url}/.well-known/webhooks/we_0000000000000000/jwks.json`)).status).toBe(404);
  });

  it("has to answer a challenge again when its URL changes, and what happens until then is held", async () => {
    const { id } = await verified();
    const moved = await world().ask("PATCH", `${path}/${id}`, { url: `${receiver.url}/other`, description: null });
    expect(moved).toMatchObject({
      status: 200,
      json: { state: "suspended", verified_at: null, description: null, state_reason: expect.stringContaining("URL has changed") },
    });
    expect(await world().ask("POST", `${path}/${id}/resume`)).toMatchObject({ status: 409, json: { code: "endpoint-not-verified" } });
    expect(await world().ask("POST", `${path}/${id}/test`)).toMatchObject({ status: 409 });
    expect((await world().ask("POST", `${path}/${id}/verify`)).json).toMatchObject({ state: "active", state_reason: null });
    expect(last().path).toBe("/other");
    const same = await world().ask("PATCH", `${path}/${id}`, { types: ["*"] });
    expect(same.json).toMatchObject({ state: "active", types: ["*"] });
  });

  it("is suspended and resumed", async () => {
    const { id } = await verified();
    expect((await world().ask("POST", `${path}/${id}/suspend`)).json).toMatchObject({ state: "suspended" });
    expect((await world().ask("POST", `${path}/${id}/suspend`)).json).toMatchObject({ state: "suspended" });
    expect((await world().ask("POST", `${path}/${id}/resume`)).json).toMatchObject({ state: "active" });
    const { rows } = await sql<{ resumed_at: Date | null }>`select resumed_at from sluice.webhook_endpoints where id = ${id}`.execute(world().store);
    expect(rows[0]?.resumed_at).toBeInstanceOf(Date);
    const told = await world().ask("GET", "/v1/events?type=webhook_endpoint.resumed");
    expect(told.json["data"]).toContainEqual(
      expect.objectContaining({ resource_id: id, origin: "gateway", data: expect.objectContaining({ id, state: "active" }) }),
    );
    const fresh = await created();
    expect(await world().ask("POST", `${path}/${fresh.id}/suspend`)).toMatchObject({ status: 409, json: { code: "endpoint-not-verified" } });
  });

  it("is gone once it is deleted, and so are its secrets", async () => {
    const { id } = await verified();
    const idempotencyKey = randomUUID();
    const gone = await world().ask("DELETE", `${path}/${id}`, undefined, { idempotencyKey });
    expect(gone).toMatchObject({ status: 204, text: "" });
    expect(await world().ask("DELETE", `${path}/${id}`, undefined, { idempotencyKey })).toMatchObject({ status: 204, text: "" });
    expect(await world().ask("DELETE", `${path}/${id}`)).toMatchObject({ status: 404 });
    expect(await world().ask("GET", `${path}/${id}`)).toMatchObject({ status: 404, json: { code: "not-found" } });
    expect((await world().ask("GET", path)).text).not.toContain(id);
    const { rows } = await sql`select from sluice.sealed_secrets as s where of_table = 'webhook_secrets'
      and not exists (select from sluice.webhook_secrets where id = s.of_row)`.execute(world().store);
    expect(rows).toHaveLength(0);
  });

  it("is written of in the audit records, as done by the partner's credential", async () => {
    const { id } = await verified();
    await world().ask("DELETE", `${path}/${id}`);
    const { rows } = await sql<{ verb: string; actor_kind: string; actor_name: string }>`
      select verb, actor_kind, actor_name from sluice.audit_records where subject = ${`endpoint ${id}`} order by seq`.execute(world().store);
    expect(rows).toEqual(["endpoint.create", "endpoint.verify", "endpoint.delete"].map((verb) => ({ verb, actor_kind: "partner", actor_name: "first" })));
  });
});

describe("who may", () => {
  it("read is the scope webhooks:read, change webhooks:write", async () => {
    const { id } = await created();
    const reader = await world().newKey("first", "test", ["webhooks:read", "orders:read"]);
    const writer = await world().newKey("first", "test", ["webhooks:write", "orders:read"]);
    for (const [method, to] of [
      ["GET", path],
      ["GET", `${path}/${id}`],
    ] as const) {
      expect((await world().ask(method, to, undefined, { key: reader })).status).toBe(200);
      expect(await world().ask(method, to, undefined, { key: writer })).toMatchObject({ status: 403, json: { code: "insufficient-scope" } });
    }
    const writes = ["verify", "test", "rotate-secret", "suspend", "resume"].map((action) => ["POST", `${path}/${id}/${action}`] as const);
    for (const [method, to] of [["POST", path], ["PATCH", `${path}/${id}`], ["DELETE", `${path}/${id}`], ...writes] as const)
      expect(await world().ask(method, to, method === "POST" && to === path ? hook() : undefined, { key: reader })).toMatchObject({ status: 403 });
    expect((await world().ask("POST", path, hook(), { key: writer })).json).toMatchObject({ scopes: ["orders:read", "webhooks:write"] });
  });

  it("is nobody else: another partner's, or of the other environment, is not there", async () => {
    const { id } = await created();
    const live = await world().newKey("first", "live", allScopes);
    const other = await world().newKey("second", "test", allScopes);
    for (const key of [live, other]) {
      expect((await world().ask("GET", path, undefined, { key })).json["data"]).toEqual([]);
      const actions = ["verify", "test", "rotate-secret", "suspend", "resume"].map((action) => ["POST", `${path}/${id}/${action}`] as const);
      for (const [method, to] of [["GET", `${path}/${id}`], ["PATCH", `${path}/${id}`], ["DELETE", `${path}/${id}`], ...actions] as const)
        expect(await world().ask(method, to, undefined, { key }), `${method} ${to}`).toMatchObject({ status: 404, json: { code: "not-found" } });
    }
    expect((await world().ask("GET", `${path}/${id}`)).status).toBe(200);
  });
});

describe("a body", () => {
  const refusal = async (body: unknown) => {
    const { status, json } = await world().ask("POST", path, body);
    const errors = Array.isArray(json["errors"]) ? json["errors"] : [];
    return { status, code: json["code"], errors: errors.map(({ pointer, code }) => `${pointer} ${code}`) };
  };

  it.each([
    [{ state: "active" }, "/state unknown-field"],
    [{ scopes: ["orders:read"] }, "/scopes unknown-field"],
    [{ partner: "second" }, "/partner unknown-field"],
    [{ environment: "live" }, "/environment unknown-field"],
    [{ secret: "whsec_AAAA" }, "/secret unknown-field"],
    [{ verified_at: "2026-01-01T00:00:00Z" }, "/verified_at unknown-field"],
    [{ id: "we_1" }, "/id unknown-field"],
    [{ key: "4fT0aZ91bQxy" }, "/key unknown-field"],
    [{ types: [] }, "/types too-short"],
    [{ types: "order.shipped" }, "/types wrong-type"],
    [{ types: Array(101).fill("order.shipped") }, "/types too-long"],
    [{ signature: "none" }, "/signature not-one-of"],
    [{ description: "a\nb" }, "/description malformed"],
    [{ description: "x".repeat(501) }, "/description too-long"],
    [{ url: 1 }, "/url wrong-type"],
  ])("is taken by the letter: %j", async (more, error) => {
    expect(await refusal(hook(more))).toEqual({ status: 422, code: "invalid-body", errors: [error] });
  });

  it.each(['{"url":"a","url":"b"}', '{"__proto__":{}}', "[]", "nonsense", '{"url":"\\ud800"}', '"x"'])("is no trick: %s", async (text) => {
    const { status } = await world().ask("POST", path, text);
    expect([400, 422]).toContain(status);
  });

  it.each([
    [{ url: "http://hooks.example.com/" }, "/url not-https"],
    [{ url: "https://10.0.0.1/" }, "/url host-not-public"],
    [{ url: "https://169.254.169.254/latest/meta-data" }, "/url host-not-public"],
    [{ url: "https://[::ffff:7f00:1]/" }, "/url host-not-public"],
    [{ url: "https://[64:ff9b::a00:1]/" }, "/url host-not-public"],
    [{ url: "https://0x7f.1/" }, "/url host-not-canonical"],
    [{ url: "https://user@hooks.example.com/" }, "/url has-credentials"],
    [{ url: "https://hooks.example.com/#a" }, "/url has-fragment"],
    [{ url: "https://hooks.example.com:25/" }, "/url port-not-allowed"],
    [{ url: "nonsense" }, "/url not-a-url"],
    [{ types: ["order.shiped"] }, "/types/0 unknown-event-type"],
    [{ types: ["order.shipped", "nothing.ever"] }, "/types/1 unknown-event-type"],
    [{ api_version: "2001-01-01" }, "/api_version unknown-version"],
  ])("is refused with the exact reason: %j", async (more, error) => {
    expect(await refusal(hook(more))).toEqual({ status: 422, code: "invalid-endpoint", errors: [error] });
  });

  it("may lead to this machine in the test environment only", async () => {
    const key = await world().newKey("first", "live", allScopes);
    expect(await world().ask("POST", path, hook(), { key })).toMatchObject({ status: 422, json: { errors: [{ pointer: "/url", code: "host-not-public" }] } });
  });

  it("asks for no events that the key may not see", async () => {
    const key = await world().newKey("first", "test", ["webhooks:write", "products:read"]);
    expect(await world().ask("POST", path, hook(), { key })).toMatchObject({
      status: 422,
      json: { errors: [{ pointer: "/types/0", code: "type-not-visible", detail: "To be shown such events takes the scope orders:read." }] },
    });
  });

  it("makes no more endpoints than a partner may have, also of many at once", async () => {
    const key = await world().newKey("second", "test", allScopes);
    const made = await Promise.all(Array.from({ length: 55 }, () => world().ask("POST", path, hook(), { key })));
    const counts = made.map(({ status }) => status);
    expect(counts.filter((status) => status === 201)).toHaveLength(50);
    expect(made.filter(({ status }) => status !== 201).every(({ json }) => json["code"] === "too-many-endpoints")).toBe(true);
  }, 60_000);

  it("takes no parameters", async () => {
    expect(await world().ask("GET", `${path}?limit=1`)).toMatchObject({ status: 400, json: { code: "unknown-parameter" } });
  });
});

it("ends within its time when the receiver does not answer", async () => {
  const silent = await startReceiver({ behaviour: hangsBeforeHeaders });
  const { id } = await created({ url: silent.url });
  const { status, json } = await world().ask("POST", `${path}/${id}/verify`);
  expect({ status, json }).toMatchObject({
    status: 422,
    json: { code: "challenge-failed", detail: expect.stringContaining("No complete answer within 15 seconds") },
  });
  await silent.close();
}, 30_000);
