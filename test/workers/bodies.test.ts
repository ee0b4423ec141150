/** Bodies of writes in a Worker, whose runtime has joined repeated headers and unpacked the framing before the gateway sees them. */
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { addFootprint } from "../support/footprint.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { type RawAnswer, type RawOptions, sendRaw } from "../support/raw-http.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let worker: WorkerGateway;
let key: string;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  await withClient(databases.live.url, (client) => addFootprint("postgres", (statement) => client.query(statement)));
  store = await createDatabase(gatewayTables);
  worker = await serveInWorkerd({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  await worker.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  key = await worker.createKey({ partner: "first", environment: "live", scopes: [...declaredScopes(gateway.contracts)] });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await store?.drop();
  await databases?.drop();
});

const order = { customer_id: "C0000001", reference: "PO-1", lines: [{ product_id: "E-10250", quantity: "5" }] };
const text = JSON.stringify(order);

interface Post {
  readonly keys?: readonly string[];
  readonly headers?: readonly string[];
}

function post(body: string | Uint8Array, { keys = [`Idempotency-Key: ${randomUUID()}`], headers }: Post = {}, options?: RawOptions): Promise<RawAnswer> {
  const bytes = Buffer.from(body);
  const framing = headers ?? ["Content-Type: application/json", `Content-Length: ${bytes.length}`];
  const lines = ["POST /v1/orders HTTP/1.1", "Host: localhost", `Authorization: Bearer ${key}`, ...keys, ...framing];
  return sendRaw(Number(new URL(worker.url).port), Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]), options);
}

function told({ status, body }: RawAnswer): readonly unknown[] {
  const problem: { readonly code?: string; readonly errors?: readonly Readonly<Record<string, string>>[] } = JSON.parse(body);
  return [status, problem.code, ...(problem.errors ?? []).map((error) => `${error["pointer"] ?? error["header"]} ${error["code"]}`)];
}

const chunked = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
const asChunks = (whole: string): string => `${whole.length.toString(16)}\r\n${whole}\r\n0\r\n\r\n`;

async function counts(): Promise<unknown> {
  return withClient(databases.live.url, async (client) => {
    const { rows } = await client.query(`SELECT (SELECT count(*) FROM "OEHDR")::INT AS orders, (SELECT count(*) FROM sluice.receipt)::INT AS receipts`);
    return rows[0];
  });
}

test("an order arrives by length or in chunks, and a repetition is a replay", async () => {
  const keys = [`Idempotency-Key: "${randomUUID()}"`];
  const placed = await post(text, { keys });
  expect(placed.status, placed.body).toBe(201);
  const again = await post(asChunks(text), { keys, headers: chunked });
  expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, placed.body, "true"]);
});

test("what is none is refused as on Node, without an effect or a receipt", async () => {
  const before = await counts();
  const withMember = (member: string): string => `${text.slice(0, -1)},${member}}`;
  const headers = (bytes: number, ...more: readonly string[]) => [`Content-Length: ${bytes}`, ...more];

  expect(told(await post(withMember('"status":"released","margin":1,"x":1')))).toEqual([
    422,
    "invalid-body",
    "/status field-not-writable",
    "/margin unknown-field",
    "/x unknown-field",
  ]);
  expect(told(await post(withMember('"__proto__":{}')))).toEqual([400, "malformed-body", "/__proto__ forbidden-member"]);
  expect(told(await post(withMember('"reference":"PO-2"')))).toEqual([400, "malformed-body", "/reference duplicate-member"]);
  expect(told(await post(withMember(`"x":${"[".repeat(40)}`)))).toEqual([400, "malformed-body", `/x${"/0".repeat(31)} too-deep`]);
  expect(told(await post(withMember('"x":1e400')))).toEqual([400, "malformed-body", "/x number-not-exact"]);
  expect(told(await post(text.replace("PO-1", "\\ud800")))).toEqual([400, "malformed-body", "/reference lone-surrogate"]);
  expect(told(await post(text.replace("PO-1", "\\u0000")))).toEqual([400, "malformed-body", "/reference nul-character"]);
  expect(told(await post(`\ufeff${text}`))).toEqual([400, "malformed-body", " byte-order-mark"]);
  expect(told(await post(Buffer.from(text.replace("PO-1", "Größe"), "latin1")))).toEqual([400, "malformed-body", " invalid-utf-8"]);
  expect(told(await post(Buffer.from(text, "utf16le")))).toEqual([400, "malformed-body", " invalid-utf-8"]);
  expect(told(await post(text.replace("PO-1", "r".repeat(21))))).toEqual([422, "invalid-body", "/reference too-long"]);
  expect(told(await post(asChunks(`${text}{}`), { headers: chunked }))).toEqual([400, "malformed-body", " trailing-text"]);
  expect(told(await post("", { headers: [] }))).toEqual([422, "invalid-body", " required"]);

  expect(told(await post(text, { headers: headers(text.length) }))).toEqual([415, "unsupported-media-type", "Content-Type unsupported-media-type"]);
  for (const type of ["text/plain", "application/json; charset=utf-16"]) {
    expect(told(await post(text, { headers: headers(text.length, `Content-Type: ${type}`) })).slice(0, 2), type).toEqual([415, "unsupported-media-type"]);
  }
  const repeated = headers(text.length, "Content-Type: application/json", "Content-Type: application/json");
  expect(told(await post(text, { headers: repeated }))).toEqual([415, "unsupported-media-type", "Content-Type unsupported-media-type"]);
  const packed = gzipSync(text);
  const encoded = headers(packed.length, "Content-Type: application/json", "Content-Encoding: gzip");
  expect(told(await post(packed, { headers: encoded }))).toEqual([415, "unsupported-media-type", "Content-Encoding unsupported-encoding"]);

  expect(told(await post(text, { keys: [] }))).toEqual([400, "idempotency-key-required", "Idempotency-Key required"]);
  const two = [`Idempotency-Key: "${randomUUID()}"`, `Idempotency-Key: "${randomUUID()}"`];
  expect(told(await post(text, { keys: two })).slice(0, 2)).toEqual([400, "idempotency-key-malformed"]);
  const twoBare = [`Idempotency-Key: ${randomUUID()}`, `Idempotency-Key: ${randomUUID()}`];
  expect(told(await post(text, { keys: twoBare })).slice(0, 2)).toEqual([400, "idempotency-key-malformed"]);

  expect(await counts()).toEqual(before);
});

test("a body of more than a megabyte is 413", async () => {
  const large = "{}".padEnd(1_048_577);
  expect(told(await post(large))).toEqual([413, "body-too-large"]);
  expect(told(await post(asChunks(large), { headers: chunked }))).toEqual([413, "body-too-large"]);
  expect(told(await post("{}".padEnd(1_048_576)))).toEqual([422, "invalid-body", "/customer_id required", "/lines required"]);
});

test("a body that ends early is carried out by nobody", async () => {
  const before = await counts();
  for (const headers of [["Content-Type: application/json", `Content-Length: ${text.length + 5}`], chunked]) {
    const cut = headers === chunked ? asChunks(text).slice(0, -5) : text;
    await expect(post(cut, { headers }, { timeoutMs: 500 })).rejects.toThrow("no complete answer");
  }
  expect(await counts()).toEqual(before);
});
