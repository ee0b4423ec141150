/** Bodies of writes: whatever is not exactly an order is an exact 4xx, changes nothing in the ERP and leaves no receipt. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { withClient } from "../projects/demo/databases.ts";
import type { RawAnswer, RawOptions } from "../support/raw-http.ts";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();

interface Order {
  readonly [member: string]: unknown;
}

/** An order that the ERP takes. */
const order: Order = { customer_id: "C0000001", reference: "PO-1", lines: [{ product_id: "E-10250", quantity: "5" }] };

interface Post {
  readonly path?: string;
  readonly method?: string;
  /** Instead of what belongs to the body; the key and Authorization are added all the same. */
  readonly headers?: readonly string[];
  /** No Idempotency-Key, or these lines for it. */
  readonly keys?: readonly string[];
}

/** Sends a body with its length, a new key, and whatever else is said. */
function post(body: string | Uint8Array, { path = "/v1/orders", method = "POST", headers, keys }: Post = {}, options?: RawOptions): Promise<RawAnswer> {
  const bytes = Buffer.from(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${target().key}`,
    ...(keys ?? [`Idempotency-Key: "${randomUUID()}"`]),
    ...(headers ?? ["Content-Type: application/json", `Content-Length: ${bytes.length}`]),
  ];
  return target().raw(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]), options);
}

const withLength = (bytes: number, ...more: readonly string[]): readonly string[] => ["Content-Type: application/json", `Content-Length: ${bytes}`, ...more];

/** Rows that a write of any kind would change the number of. */
async function rowsInErp(): Promise<unknown> {
  return withClient(target().erpUrl, async (client) => {
    const { rows } = await client.query(`SELECT (SELECT count(*) FROM "OEHDR") AS orders, (SELECT count(*) FROM "OELIN") AS lines,
      (SELECT count(*) FROM "NOTES") AS notes, (SELECT count(*) FROM sluice.receipt) AS receipts, (SELECT count(*) FROM sluice.conflict) AS conflicts,
      (SELECT count(*) FROM sluice.operation) AS operations, (SELECT count(*) FROM sluice.written) AS written,
      (SELECT md5(string_agg(o::text, '' ORDER BY o."ORDNO")) FROM "OEHDR" o) AS header`);
    return rows[0];
  });
}

/** That what `work` sends leaves everything as it was. */
async function changesNothing(work: () => Promise<void>): Promise<void> {
  const before = await rowsInErp();
  await work();
  expect(await rowsInErp()).toEqual(before);
}

afterAll(() => {
  // Nothing of all this is the operator's trouble.
  expect(target().gateway.log()).not.toMatch(/"level":(?:50|60)/);
  // And what partners write to the ERP does not stand in its log.
  expect(target().gateway.log()).not.toMatch(/PO-1|DROP TABLE|rrrrr|is_admin|polluted|Lager|E-10250/);
});

/** Status, code, and where and why of every error. */
function told(answer: RawAnswer): readonly unknown[] {
  const { status, code } = refusal(answer);
  const { errors = [] }: { readonly errors?: readonly Readonly<Record<string, string>>[] } = JSON.parse(answer.body);
  return [status, code, ...errors.map((error) => `${error["pointer"] ?? error["header"] ?? error["parameter"]} ${error["code"]}`)];
}

const ordered = (changes: Order): string => JSON.stringify({ ...order, ...changes });
const line = (changes: Order): string => ordered({ lines: [{ product_id: "E-10250", quantity: "5", ...changes }] });

/** The order as text, with a member more at its end. */
const withMember = (text: string): string => `${JSON.stringify(order).slice(0, -1)},${text}}`;

test("an order that is one is placed, whatever its texts hold: what follows is refused for its own reasons", async () => {
  const texts = ["PO-1", "'); DROP TABLE x;--", '"\\/\u0007\u001b[31m', "${7*7}{{7*7}}%n%s", "<script>x</script>", "Ünïcödé ß"];
  for (const reference of texts) {
    const answer = await post(ordered({ reference }));
    expect(answer.status, answer.body).toBe(201);
    expect(JSON.parse(answer.body)).toMatchObject({ reference });
    expect(JSON.parse((await target().get(answer.headers.get("location") ?? "")).body)).toMatchObject({ reference });
  }
});

describe("mass assignment", () => {
  test("of what the ERP or nobody writes is 422, naming each member", () =>
    changesNothing(async () => {
      const owned = { id: "1", status: "released", total: { amount: "0.01", currency: "EUR" }, net: null, tax: null, bill_to_id: "C0000002", channel: "edi" };
      expect(told(await post(ordered(owned)))).toEqual([422, "invalid-body", ...Object.keys(owned).map((field) => `/${field} field-not-writable`)]);
      const unknown = { margin: { amount: "1", currency: "EUR" }, CUSNO: "C0000002", ORDST: "50", cusno: "x", partner: "x", is_admin: true, "": 1, "a/b~": 1 };
      expect(told(await post(ordered(unknown)))).toEqual([
        422,
        "invalid-body",
        ...["margin", "CUSNO", "ORDST", "cusno", "partner", "is_admin", "", "a~1b~0"].map((field) => `/${field} unknown-field`),
      ]);
      const inLine = { unit_price: "0.01", net: "0", line_no: 10, discount_percent: "100.00", UNTPR: 1 };
      expect(told(await post(line(inLine)))).toEqual([422, "invalid-body", ...Object.keys(inLine).map((field) => `/lines/0/${field} unknown-field`)]);
      const shipTo = { name: "x", street: "x", postal_code: "x", city: "x", country: "DE", SHNAM: "y" };
      expect(told(await post(ordered({ ship_to: shipTo })))).toEqual([422, "invalid-body", "/ship_to/SHNAM unknown-field"]);
    }));

  test("of another partner's customer or product's is 422", () =>
    changesNothing(async () => {
      for (const customer_id of ["C0000002", "c0000001", " C0000001", "C0000001 ", "C0000001%", "C9999999", "*", "C0000001' OR '1'='1"]) {
        expect(told(await post(ordered({ customer_id }))).slice(0, 2), customer_id).toEqual([422, "invalid-body"]);
        expect(refusal(await post(ordered({ customer_id }))).where, customer_id).toBe("/customer_id");
      }
      for (const product_id of ["E-99999", "e-10250", "E-10250 ", "%", "../E-10250", "E-10250;"]) {
        expect(refusal(await post(line({ product_id }))), product_id).toEqual({ status: 422, code: "invalid-body", where: "/lines/0/product_id" });
      }
    }));

  test("by the names of prototypes is refused, and changes none", () =>
    changesNothing(async () => {
      for (const name of ["__proto__", "\\u005f\\u005fproto__", "__pr\\u006fto__"]) {
        expect(told(await post(withMember(`"${name}":{"status":"released"}`)))).toEqual([400, "malformed-body", "/__proto__ forbidden-member"]);
        expect(told(await post(`{"${name}":${JSON.stringify(order)}}`))).toEqual([400, "malformed-body", "/__proto__ forbidden-member"]);
        expect(told(await post(withMember(`"ship_to":{"${name}":{"name":"x"}}`)))).toEqual([400, "malformed-body", "/ship_to/__proto__ forbidden-member"]);
      }
      for (const name of ["constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__", "valueOf"]) {
        expect(told(await post(withMember(`"${name}":{"prototype":{"polluted":1}}`))), name).toEqual([422, "invalid-body", `/${name} unknown-field`]);
      }
      expect(Reflect.get({}, "polluted")).toBeUndefined();
      expect(Reflect.get({}, "status")).toBeUndefined();
    }));
});

describe("JSON that means several things, or none", () => {
  test("by a duplicate name is 400", () =>
    changesNothing(async () => {
      for (const again of ['"customer_id":"C0000002"', '"customer_id":"C0000001"', '"customer\\u005fid":"C0000002"', '"\\u0063ustomer_id":null']) {
        expect(told(await post(withMember(again))), again).toEqual([400, "malformed-body", "/customer_id duplicate-member"]);
      }
      const inLine = JSON.stringify(order).replace('"quantity":"5"', '"quantity":"5","quantity":"500"');
      expect(told(await post(inLine))).toEqual([400, "malformed-body", "/lines/0/quantity duplicate-member"]);
    }));

  test("by its form is 400", () =>
    changesNothing(async () => {
      const text = JSON.stringify(order);
      const broken = [
        text.slice(0, -1),
        text.slice(1),
        `${text}}`,
        `${text},`,
        `${text}${text}`,
        `${text}\n//`,
        `/**/${text}`,
        `)]}',\n${text}`,
        text.replaceAll('"', "'"),
        text.replace('"customer_id"', "customer_id"),
        text.replace("]}", "],}"),
        text.replace("[{", "[,{"),
        text.replace('"PO-1"', "undefined"),
        text.replace('"PO-1"', "NaN"),
        text.replace('"PO-1"', "True"),
        text.replace("PO-1", "PO\n1"),
        text.replace("PO-1", "PO\u00001"),
        text.replace("PO-1", "PO\\x31"),
        text.replace("PO-1", "PO\\u00"),
        " ",
        "\n\t",
        "customer_id=C0000001",
        "<order/>",
        "\u00a0{}",
      ];
      for (const body of broken) expect(refusal(await post(body)), body).toMatchObject({ status: 400, code: "malformed-body" });
    }));

  test("but no object is 422", () =>
    changesNothing(async () => {
      for (const body of ["null", "[]", `[${JSON.stringify(order)}]`, '"order"', "1", "true"]) {
        expect(told(await post(body)), body).toEqual([422, "invalid-body", " wrong-type"]);
      }
      expect(told(await post(""))).toEqual([422, "invalid-body", " required"]);
      expect(told(await post("", { headers: [] }))).toEqual([422, "invalid-body", " required"]);
      expect(told(await post("{}"))).toEqual([422, "invalid-body", "/customer_id required", "/lines required"]);
    }));
});

describe("depth and size", () => {
  test("beyond 32 levels is 400, at any depth", () =>
    changesNothing(async () => {
      for (const depth of [32, 100, 10_000, 400_000]) {
        for (const [opening, closing] of [
          ["[", "]"],
          ['{"a":', "}"],
        ] as const) {
          const nested = depth < 200_000 || opening === "[" ? `${opening.repeat(depth)}1${closing.repeat(depth)}` : opening.repeat(100_000);
          const answer = await post(withMember(`"deep":${nested}`));
          expect(told(answer), `${opening} ${depth}`).toEqual([400, "malformed-body", `/deep${(opening === "[" ? "/0" : "/a").repeat(31)} too-deep`]);
        }
      }
      expect(told(await post(withMember(`"deep":${"[".repeat(31)}${"]".repeat(31)}`)))).toEqual([422, "invalid-body", "/deep unknown-field"]);
    }));

  test("of more members, lines or characters than are taken is 4xx", () =>
    changesNothing(async () => {
      const zeros = (count: number): string => `[${"0,".repeat(count - 1)}0]`;
      expect(told(await post(withMember(`"x":${zeros(10_001)}`)))).toEqual([400, "malformed-body", " too-many-values"]);
      const members = Array.from({ length: 10_001 }, (_, at) => `"m${at}":0`).join();
      expect(told(await post(`{${members}}`))).toEqual([400, "malformed-body", " too-many-values"]);
      expect(told(await post(withMember(members.split(",").slice(0, 9_000).join()))).length).toBe(102);
      expect(told(await post(ordered({ lines: Array.from({ length: 201 }, () => ({ product_id: "E-10250", quantity: "1" })) })))).toEqual([
        422,
        "invalid-body",
        "/lines too-long",
      ]);
      expect(told(await post(withMember(`"${"n".repeat(101)}":1`)))).toEqual([400, "malformed-body", " too-long"]);
      expect(told(await post(ordered({ reference: "r".repeat(65_537) })))).toEqual([400, "malformed-body", "/reference too-long"]);
    }));

  test("of more than a megabyte is 413, before it is read, and the connection is closed", () =>
    changesNothing(async () => {
      const limit = 1_048_576;
      const padded = (length: number): string => "{}".padEnd(length);
      expect(told(await post(padded(limit)))).toEqual([422, "invalid-body", "/customer_id required", "/lines required"]);
      for (const declared of [limit + 1, 5_000_000_000]) {
        const answer = await post("{", { headers: withLength(declared) }, { untilClosed: true });
        expect([...told(answer), answer.headers.get("connection"), answer.closed]).toEqual([413, "body-too-large", "close", true]);
      }
      const inChunks = await post(`${(limit + 1).toString(16)}\r\n${padded(limit + 1)}\r\n`, { headers: chunked }, { untilClosed: true });
      expect([...told(inChunks), inChunks.headers.get("connection"), inChunks.closed]).toEqual([413, "body-too-large", "close", true]);
      const small = await post(`${"1\r\n \r\n".repeat(200_000)}${limit.toString(16)}\r\n${padded(limit)}`, { headers: chunked }, { untilClosed: true });
      expect(told(small)).toEqual([413, "body-too-large"]);
    }));
});

test("a large body of somebody without a key, a scope or a place to go is not waited for", () =>
  changesNothing(async () => {
    const body = "{}".padEnd(1_000_000);
    const head = (path: string, key: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nIdempotency-Key: ${randomUUID()}\r\nContent-Type: application/json\r\n`;
    for (const [path, key, status] of [
      ["/v1/orders", "nobody", 401],
      ["/v1/nothing", target().key, 404],
      ["/v1/invoices", target().key, 405],
    ] as const) {
      for (const sent of [body, ""]) {
        const answer = await target().raw(`${head(path, key)}Content-Length: ${body.length}\r\n\r\n${sent}`, { timeoutMs: 3_000 });
        expect(refusal(answer).status, path).toBe(status);
      }
    }
  }));

const chunked = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
const asChunks = (text: string, size: number): string =>
  `${(
    Buffer.from(text)
      .toString("latin1")
      .match(new RegExp(`[^]{1,${size}}`, "g")) ?? []
  )
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join("")}0\r\n\r\n`;

describe("framing", () => {
  test("in chunks reads as it would by length", () =>
    changesNothing(async () => {
      const expected = [422, "invalid-body", "/status field-not-writable"];
      for (const size of [1, 7, 1_000]) expect(told(await post(asChunks(ordered({ status: "x" }), size), { headers: chunked }))).toEqual(expected);
      expect(told(await post(asChunks(ordered({ status: "x" }), 20), { headers: chunked }, { pauseMs: 1 }))).toEqual(expected);
      expect(told(await post(asChunks(`${JSON.stringify(order)}{}`, 20), { headers: chunked }))).toEqual([400, "malformed-body", " trailing-text"]);
      expect(told(await post("0\r\n\r\n", { headers: chunked }))).toEqual([422, "invalid-body", " required"]);
    }));

  test("that is malformed, double or in another coding is 400", () =>
    changesNothing(async () => {
      const text = JSON.stringify(order);
      const cases: readonly (readonly [readonly string[], string])[] = [
        [[...chunked, `Content-Length: ${text.length}`], text],
        [[...withLength(text.length), `Content-Length: ${text.length + 1}`], text],
        [["Content-Type: application/json", "Transfer-Encoding: gzip"], text],
        [["Content-Type: application/json", "Transfer-Encoding: chunked, identity"], asChunks(text, 10)],
        [["Content-Type: application/json", "Transfer-Encoding: xchunked"], asChunks(text, 10)],
        [["Content-Type: application/json", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], asChunks(text, 10)],
        [["Content-Type: application/json", "Content-Length: -1"], text],
        [["Content-Type: application/json", "Content-Length: 1e2"], text],
        [["Content-Type: application/json", "Content-Length: 0x50"], text],
        [["Content-Type: application/json", `Content-Length: ${text.length}, ${text.length}`], text],
        [["Content-Type: application/json", "Content-Length:"], text],
        [chunked, `${(text.length - 5).toString(16)}\r\n${text}\r\n0\r\n\r\n`],
        [chunked, `zz\r\n${text}\r\n0\r\n\r\n`],
        [chunked, `-1\r\n${text}\r\n0\r\n\r\n`],
        [chunked, `fffffffffffffffff\r\n${text}`],
      ];
      for (const [headers, body] of cases) {
        expect(refusal(await post(body, { headers })), headers.join(" | ") + body.slice(0, 20)).toMatchObject({ status: 400, code: "bad-request-line" });
      }
    }));

  test("by a length that is too small reads what it covers, and no more", () =>
    changesNothing(async () => {
      const text = JSON.stringify(order);
      for (const length of [1, 20, text.length - 1]) {
        const answer = await post(text, { headers: withLength(length) }, { untilClosed: true });
        expect(answer.status).toBe(400);
        expect(answer.body).toContain('"code":"malformed-body"');
        expect(answer.body).not.toContain("201");
      }
    }));

  test("by a length that is too great ends with the connection, and nothing is done", () =>
    changesNothing(async () => {
      const text = JSON.stringify(order);
      for (const [framing, body] of [
        [`Content-Length: ${text.length + 1}`, text],
        ["Transfer-Encoding: chunked", asChunks(text, 10).slice(0, -5)],
      ] as const) {
        for (const end of ["half", "whole"] as const) {
          const received = await cutOff(["Content-Type: application/json", framing], body, end);
          expect(received).toMatch(end === "half" ? /^HTTP\/1\.1 400 / : /^$/);
        }
      }
      await setTimeout(200);
    }));

  test("may carry no key behind the body", () =>
    changesNothing(async () => {
      const trailer = `${asChunks(JSON.stringify(order), 30).slice(0, -2)}Idempotency-Key: "${randomUUID()}"\r\n\r\n`;
      expect(refusal(await post(trailer, { headers: [...chunked, "Trailer: Idempotency-Key"], keys: [] }))).toMatchObject({
        status: 400,
        code: "idempotency-key-required",
      });
    }));
});

/** Sends a request that is not whole, and then closes one direction of the connection, or both. */
async function cutOff(headers: readonly string[], body: string, end: "half" | "whole"): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: target().gateway.port, allowHalfOpen: true });
  let received = "";
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const lines = ["POST /v1/orders HTTP/1.1", "Host: localhost", `Authorization: Bearer ${target().key}`, `Idempotency-Key: ${randomUUID()}`, ...headers];
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  await setTimeout(100);
  if (end === "whole") socket.destroy();
  else socket.end();
  await closed;
  return received;
}

describe("of another kind", () => {
  const text = JSON.stringify(order);
  const declaredAs = (...headers: readonly string[]) => post(text, { headers: [...headers, `Content-Length: ${text.length}`] });

  test("than JSON in UTF-8 is 415", () =>
    changesNothing(async () => {
      for (const type of [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/vnd.sluice+json",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; profile=x",
        "application/json, text/plain",
        "application/json/",
        "*/*",
        "",
      ]) {
        expect(refusal(await declaredAs(`Content-Type: ${type}`)), type).toEqual({ status: 415, code: "unsupported-media-type", where: "Content-Type" });
      }
      expect(refusal(await declaredAs())).toEqual({ status: 415, code: "unsupported-media-type", where: "Content-Type" });
    }));

  test("or compressed is 415, and 400 where it is not said", () =>
    changesNothing(async () => {
      const compressed = [
        ["gzip", gzipSync(text)],
        ["x-gzip", gzipSync(text)],
        ["deflate", deflateSync(text)],
        ["br", brotliCompressSync(text)],
        ["gzip, gzip", gzipSync(text)],
      ] as const;
      for (const [coding, bytes] of compressed) {
        const headers = withLength(bytes.length, `Content-Encoding: ${coding}`);
        expect(refusal(await post(bytes, { headers })), coding).toEqual({ status: 415, code: "unsupported-media-type", where: "Content-Encoding" });
        expect(refusal(await post(bytes)), coding).toMatchObject({ status: 400, code: "malformed-body" });
      }
      const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
      expect(refusal(await post(bomb, { headers: withLength(bomb.length, "Content-Encoding: gzip") })).status).toBe(415);
    }));

  test("by headers that stand twice is 400", () =>
    changesNothing(async () => {
      const repeated: readonly (readonly [string, readonly string[]])[] = [
        ["content-type", ["Content-Type: application/json", "Content-Type: application/json"]],
        ["content-type", ["Content-Type: application/json", "content-type: text/plain"]],
        ["content-encoding", ["Content-Type: application/json", "Content-Encoding: identity", "Content-Encoding: gzip"]],
        ["if-match", ["Content-Type: application/json", "If-Match: *", 'If-Match: "x"']],
      ];
      for (const [where, headers] of repeated) expect(refusal(await declaredAs(...headers)), where).toEqual({ status: 400, code: "bad-request-line", where });
      const keys = [`Idempotency-Key: ${randomUUID()}`, `Idempotency-Key: ${randomUUID()}`];
      expect(refusal(await post(text, { keys }))).toEqual({ status: 400, code: "bad-request-line", where: "idempotency-key" });
    }));

  test("under a key that is none is 400", () =>
    changesNothing(async () => {
      expect(refusal(await post(text, { keys: [] }))).toEqual({ status: 400, code: "idempotency-key-required", where: "Idempotency-Key" });
      for (const key of [
        "",
        '""',
        "short",
        "undefined",
        '"[object Object]"',
        `"${"k".repeat(256)}"`,
        "k".repeat(256),
        `${randomUUID()}, ${randomUUID()}`,
        `"${randomUUID()}`,
        `"${randomUUID()}" x`,
        `'${randomUUID()}'`,
        `"${randomUUID()}é"`,
      ]) {
        expect(refusal(await post(text, { keys: [`Idempotency-Key: ${key}`] })), key).toEqual({
          status: 400,
          code: "idempotency-key-malformed",
          where: "Idempotency-Key",
        });
      }
    }));
});

describe("text", () => {
  test("that is not UTF-8 without a mark is 400", () =>
    changesNothing(async () => {
      const text = ordered({ reference: "Größe" });
      const [before = "", after = ""] = text.split("Größe");
      const inside = (...bytes: readonly number[]): Uint8Array => Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
      for (const body of [
        Buffer.from(text, "latin1"),
        inside(0x80),
        inside(0xff),
        inside(0xc0, 0xaf),
        inside(0xc0, 0x80),
        inside(0xed, 0xa0, 0x80),
        inside(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
        inside(0xf4, 0x90, 0x80, 0x80),
        inside(0xe2, 0x82),
        Buffer.from(text, "utf16le"),
        Buffer.from(text, "utf16le").swap16(),
        Buffer.from(
          text
            .split("")
            .map((letter) => `${letter}\0\0\0`)
            .join(""),
          "latin1",
        ),
      ]) {
        expect(told(await post(body)), body.toString("hex").slice(0, 80)).toEqual([400, "malformed-body", " invalid-utf-8"]);
      }
      for (const body of [`\ufeff${text}`, Buffer.from(`\ufeff${text}`, "utf16le"), Buffer.from(`\ufeff${text}`, "utf16le").swap16()]) {
        expect(told(await post(body))).toEqual([400, "malformed-body", " byte-order-mark"]);
      }
    }));

  test("with NUL or half a character is 400, in values and in names", () =>
    changesNothing(async () => {
      const reference = (escaped: string): string => JSON.stringify(order).replace("PO-1", escaped);
      for (const [escaped, code] of [
        ["PO\\u0000", "nul-character"],
        ["\\u0000", "nul-character"],
        ["\\ud83d", "lone-surrogate"],
        ["\\ude00\\ud83d", "lone-surrogate"],
        ["\\uDC00x", "lone-surrogate"],
      ] as const) {
        expect(told(await post(reference(escaped)))).toEqual([400, "malformed-body", `/reference ${code}`]);
        expect(told(await post(withMember(`"${escaped}":1`)))).toEqual([400, "malformed-body", ` ${code}`]);
      }
      expect(refusal(await post(reference("PO\u0000"))).status).toBe(400);
    }));

  test("that the ERP's columns cannot hold is 422", () =>
    changesNothing(async () => {
      const shipTo = { name: "Lager", street: "Am Kai 1", postal_code: "50667", city: "Köln", country: "DE" };
      const cases: readonly (readonly [string, Order])[] = [
        ["/reference", { reference: "r".repeat(21) }],
        ["/comment", { comment: "c".repeat(501) }],
        ["/comment", { comment: "\u65e5\u672c" }],
        ["/ship_to/name", { ship_to: { ...shipTo, name: "n".repeat(2_000) } }],
        ["/ship_to/street", { ship_to: { ...shipTo, street: "s".repeat(200) } }],
        ["/ship_to/postal_code", { ship_to: { ...shipTo, postal_code: "5".repeat(100) } }],
        ["/ship_to/country", { ship_to: { ...shipTo, country: "Germany" } }],
        ["/customer_id", { customer_id: "C".repeat(201) }],
        ["/customer_id", { customer_id: "C".repeat(100) }],
        ["/lines/0/product_id", { lines: [{ product_id: "P".repeat(200), quantity: "1" }] }],
        ["/lines/0/unit", { lines: [{ product_id: "E-10250", quantity: "1", unit: "PIECES" }] }],
        ["/requested_on", { requested_on: "9999999-01-01" }],
      ];
      for (const [where, changes] of cases) expect(refusal(await post(ordered(changes))), where).toEqual({ status: 422, code: "invalid-body", where });
    }));
});

describe("numbers and dates", () => {
  test("that a double cannot hold are 400 wherever they stand", () =>
    changesNothing(async () => {
      for (const number of [
        "1e400",
        "-1e400",
        "1e-400",
        "12345678901234567890",
        "9007199254740993",
        "0.1000000000000000055511",
        "9".repeat(10_000),
        `1e${"9".repeat(1_000)}`,
      ]) {
        expect(told(await post(withMember(`"x":${number}`))), number.slice(0, 30)).toEqual([400, "malformed-body", "/x number-not-exact"]);
      }
      for (const number of ["01", "+1", ".5", "1.", "0x10", "1_000", "Infinity", "-Infinity", "NaN", "-", "1e", "1e+", "--1", "\u0663", "\uff11"]) {
        expect(refusal(await post(withMember(`"x":${number}`))), number).toMatchObject({ status: 400, code: "malformed-body" });
      }
    }));

  test("in place of decimal texts, or texts that are no decimal number, are 422", () =>
    changesNothing(async () => {
      for (const quantity of [5, 0, -0, 1e21, 0.1, null, true, [], ["5"], { value: "5" }]) {
        expect(told(await post(line({ quantity }))), JSON.stringify(quantity)).toEqual([422, "invalid-body", "/lines/0/quantity wrong-type"]);
      }
      for (const quantity of [
        "",
        " ",
        "5 ",
        "NaN",
        "Infinity",
        "1e5",
        "0x10",
        "1,5",
        ".5",
        "5.",
        "+5",
        "-5",
        "--5",
        "0",
        "0.000",
        "-0",
        "1.2345",
        "1234567",
        "9".repeat(39),
        "\u0665",
        "\uff15",
        "1_0",
        "5\n",
        "5;--",
      ]) {
        expect(refusal(await post(line({ quantity }))), JSON.stringify(quantity)).toEqual({ status: 422, code: "invalid-body", where: "/lines/0/quantity" });
      }
    }));

  test("that no calendar has are 422", () =>
    changesNothing(async () => {
      for (const requested_on of [
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "26-01-01",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        "+275760-09-13",
        "275760-09-13",
        "-000001-01-01",
        "0000-01-01",
        "infinity",
        "now",
        "today",
        "",
        "\u0662026-01-01",
        20260101,
        0,
        null,
      ]) {
        expect(refusal(await post(ordered({ requested_on }))), String(requested_on)).toEqual({ status: 422, code: "invalid-body", where: "/requested_on" });
      }
    }));
});

describe("every other operation with a body", () => {
  /** An order of the caller's that can be changed. */
  async function anOrder(): Promise<string> {
    const { headers, status, body } = await post(JSON.stringify(order));
    expect(status, body).toBe(201);
    return headers.get("location") ?? "";
  }

  test("is as strict: amending and cancelling", async () => {
    const path = await anOrder();
    const amend = (body: string, ...more: readonly string[]) =>
      post(body, { path, method: "PATCH", headers: withLength(Buffer.byteLength(body), "If-Match: *", ...more) });
    await changesNothing(async () => {
      for (const line_no of [0, -1, 1.5, 1e21, 10_000, "10", null, [10]]) {
        expect(refusal(await amend(JSON.stringify({ lines: [{ line_no, quantity: "6" }] }))), String(line_no)).toEqual({
          status: 422,
          code: "invalid-body",
          where: "/lines/0/line_no",
        });
      }
      expect(told(await amend('{"status":"cancelled","customer_id":"C0000002","margin":null,"referense":"x"}'))).toEqual([
        422,
        "invalid-body",
        "/status field-not-writable",
        "/customer_id field-not-writable",
        "/margin unknown-field",
        "/referense unknown-field",
      ]);
      expect(told(await amend('{"reference":"a","reference":"b"}'))).toEqual([400, "malformed-body", "/reference duplicate-member"]);
      expect(told(await amend('{"__proto__":{"status":"cancelled"}}'))).toEqual([400, "malformed-body", "/__proto__ forbidden-member"]);
      expect(refusal(await amend("[]")).code).toBe("invalid-body");
      for (const tag of ["", "abc", '"abc', 'w/"a"', '"a" "b"', "*, *", '"\u0001"']) {
        expect(refusal(await post("{}", { path, method: "PATCH", headers: withLength(2, `If-Match: ${tag}`) })), tag).toMatchObject({
          status: 400,
          code: "bad-request-line",
        });
      }
      for (const body of ['{"reason":"bored"}', '{"reason":null}', '{"reason":["customer"]}', "{}", '{"reason":"customer","force":true}']) {
        expect(refusal(await post(body, { path: `${path}/cancel` })), body).toMatchObject({ status: 422, code: "invalid-body" });
      }
      expect(refusal(await post('{"reason":"customer"}', { path: `${path}/cancel?force=1` }))).toEqual({
        status: 400,
        code: "unknown-parameter",
        where: "force",
      });
    });
  });

  test("is as strict: batches, as a whole and item by item", () =>
    changesNothing(async () => {
      const batch = (text: string) => post(text, { path: "/v1/orders/batch", keys: [] });
      const item = (body: unknown, changes: Order = {}): Order => ({ command: "place", idempotency_key: randomUUID(), body, ...changes });
      const items = (...all: readonly unknown[]): string => JSON.stringify({ items: all });

      expect(told(await batch(items(item(order)).replace('"reference":"PO-1"', '"reference":"PO-1","reference":"PO-2"')))).toEqual([
        400,
        "malformed-body",
        "/items/0/body/reference duplicate-member",
      ]);
      expect(told(await batch(items(item(order)).replace('"reference":', '"__proto__":{},"reference":')))).toEqual([
        400,
        "malformed-body",
        "/items/0/body/__proto__ forbidden-member",
      ]);
      for (const text of [
        "[]",
        "null",
        "{}",
        items(),
        '{"items":null}',
        '{"items":{"length":1}}',
        items(null),
        items("place"),
        items(...Array.from({ length: 101 }, () => item(order))),
        `{"items":[],"all":true}`,
      ]) {
        expect(refusal(await batch(text)), text.slice(0, 50)).toMatchObject({ status: 422, code: "invalid-body" });
      }
      for (const changes of [
        { command: "drop" },
        { command: "__proto__" },
        { command: "constructor" },
        { command: 1 },
        { idempotency_key: undefined },
        { idempotency_key: 5 },
        { id: "1" },
        { partner: "x" },
        { if_match: 1 },
      ]) {
        expect(refusal(await batch(items(item(order), item(order, changes)))), JSON.stringify(changes)).toMatchObject({ status: 422, code: "invalid-body" });
      }

      const answer = await batch(
        items(
          item({ ...order, status: "released" }),
          item(order, { idempotency_key: "short" }),
          item(order, { if_match: "abc" }),
          item({ ...order, customer_id: "C0000002" }),
          item([]),
          item(null),
          item(undefined),
          item({ ...order, reference: "r".repeat(21) }),
        ),
      );
      expect(answer.status, answer.body).toBe(200);
      const { summary, results }: { summary: unknown; results: { status: number; body: { code: string } }[] } = JSON.parse(answer.body);
      expect(summary).toMatchObject({ total: 8, succeeded: 0, failed: 8 });
      expect(results.map(({ status, body }) => [status, body.code])).toEqual([
        [422, "invalid-body"],
        [400, "idempotency-key-malformed"],
        [400, "bad-request-line"],
        [422, "invalid-body"],
        [422, "invalid-body"],
        [422, "invalid-body"],
        [422, "invalid-body"],
        [422, "invalid-body"],
      ]);
    }));

  test("and reads take no body at all", () =>
    changesNothing(async () => {
      for (const path of ["/v1/orders", "/v1/orders/1", "/v1/operations/op_1"]) {
        expect(refusal(await post("{}", { path, method: "GET", keys: [] })), path).toMatchObject({ status: 400, code: "unexpected-body" });
      }
    }));
});

test("a client that repeats nonsense under one key learns the same each time, and the key is still good", async () => {
  const keys = [`Idempotency-Key: "${randomUUID()}"`];
  await changesNothing(async () => {
    for (const body of ["{", '{"a":1,"a":2}', "{}", ordered({ status: "x" }), ordered({ customer_id: "C0000002" }), "{"]) {
      expect([400, 422], body).toContain(refusal(await post(body, { keys })).status);
    }
  });
  const placed = await post(JSON.stringify(order), { keys });
  expect(placed.status, placed.body).toBe(201);
});
