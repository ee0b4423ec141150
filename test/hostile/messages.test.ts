/** Request lines, headers and bodies that servers disagree about: one meaning, or a refusal. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
const path = "/v1/orders?limit=1";
const host = "Host: localhost";

describe("methods", () => {
  test("that are not offered are 405 with Allow", async () => {
    const { lines, key } = target();
    const strange = ["PUT", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "LINK", "PURGE", "M-SEARCH", "SOURCE"];
    const offered = [
      ["/v1/invoices?limit=1", "GET, HEAD", [...strange, "POST", "PATCH", "DELETE", "CONNECT"]],
      ["/v1/orders?limit=1", "GET, HEAD, POST", [...strange, "PATCH", "DELETE"]],
      ["/v1/orders/0000123", "GET, HEAD, PATCH", [...strange, "POST", "DELETE"]],
      ["/v1/orders/0000123/cancel", "POST", [...strange, "GET", "PATCH", "DELETE"]],
    ] as const;
    for (const [place, allow, methods] of offered) {
      for (const method of methods) {
        const answer = await lines(`${method} ${place} HTTP/1.1`, host, `Authorization: Bearer ${key}`);
        expect(refusal(answer), `${method} ${place}`).toMatchObject({ status: 405, code: "method-not-allowed" });
        expect(answer.headers.get("allow"), `${method} ${place}`).toBe(allow);
        expect(answer.body).not.toContain(key); // TRACE would send it back
      }
    }
  });

  test("that do not exist, in lower case or with controls, are no HTTP: 400", async () => {
    for (const method of ["get", "GeT", "patch", "FOO", "G\0T", "", "GET GET", "\x1b[31mGET", "G".repeat(5_000)]) {
      expect(refusal(await target().lines(`${method} ${path} HTTP/1.1`, host)), JSON.stringify(method.slice(0, 20))).toMatchObject({
        status: 400,
        code: "bad-request-line",
      });
    }
  });

  test("are not changed by a header: overrides are 400 naming it", async () => {
    for (const header of ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"]) {
      for (const value of ["DELETE", "GET", "/admin", ""]) {
        expect(refusal(await target().get(path, `${header}: ${value}`)), header).toEqual({ status: 400, code: "bad-request-line", where: header });
      }
    }
    expect(refusal(await target().get(`${path}&_method=DELETE`))).toEqual({ status: 400, code: "unknown-parameter", where: "_method" });
  });

  test("other than GET are 405 on health, documents and pages, too", async () => {
    for (const place of ["/health", "/openapi/2026-11-01.json", "/docs", "/", "/docs/errors"]) {
      for (const method of ["POST", "DELETE", "TRACE", "PROPFIND"])
        expect(refusal(await target().lines(`${method} ${place} HTTP/1.1`, host)), `${method} ${place}`).toMatchObject({
          status: 405,
          code: "method-not-allowed",
        });
    }
  });
});

describe("headers", () => {
  test("that decide something may stand once only: 400 naming them", async () => {
    const repeated = {
      host: "a",
      "api-version": "2026-11-01",
      "if-none-match": '"a"',
      accept: "application/json",
      "content-type": "text/plain",
      "idempotency-key": "a",
      "if-match": '"a"',
    };
    for (const [name, value] of Object.entries(repeated)) {
      const once = name === "host" ? [] : [`${name}: ${value}`];
      for (const other of [value, "other", ""])
        expect(refusal(await target().get(path, ...once, `${name.toUpperCase()}: ${name === "accept" ? value : other}`)), name).toEqual({
          status: 400,
          code: "bad-request-line",
          where: name,
        });
    }
  });

  test("with controls, without a name or a colon, or with blanks in the name are no HTTP: 400", async () => {
    for (const header of ["X: a\0b", "X: a\x01b", "X: a\x7fb", "Bad Name: 1", ": nothing", "no colon", "X\x1b: 1", "X: a\rb", "X: a\nb"]) {
      expect(refusal(await target().get(path, header)), JSON.stringify(header)).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });

  test("too large or too many are 431", async () => {
    const { get } = target();
    expect(refusal(await get(path, `X-Big: ${"x".repeat(17_000)}`))).toMatchObject({ status: 431, code: "headers-too-large" });
    expect(refusal(await get(path, `Authorization2: ${"x".repeat(100_000)}`))).toMatchObject({ status: 431, code: "headers-too-large" });
    expect(refusal(await get(path, ...Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1`)))).toMatchObject({ status: 431, code: "headers-too-large" });
  });

  test("Host is needed once and well-formed", async () => {
    const { lines, key } = target();
    const authorization = `Authorization: Bearer ${key}`;
    for (const headers of [
      [],
      ["Host:"],
      ["Host: a b"],
      ["Host: a/../b"],
      ["Host: a@b"],
      ["Host: localhost", "Host: localhost"],
      ["Host: a", "host: b"],
      ["Host: a:99999999"],
    ]) {
      expect(refusal(await lines(`GET ${path} HTTP/1.1`, authorization, ...headers)), headers.join()).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });

  test("that exclude JSON are 406, and an unknown Expect is 400", async () => {
    for (const accept of ["text/html", "application/xml", "*/*;q=0", "application/json;q=0", "application/json;q=0.000", "garbage", ";;;", "text/*"]) {
      expect(refusal(await target().get(path, `Accept: ${accept}`)), accept).toMatchObject({ status: 406, code: "not-acceptable" });
    }
    expect(refusal(await target().get(path, "Expect: the-unexpected"))).toEqual({ status: 400, code: "bad-request-line", where: "Expect" });
  });

  test("of proxies, ranges and upgrades change nothing", async () => {
    // Without a cursor, which is different each time.
    const whole = "/v1/orders?limit=200&fields=id,status";
    const plain = (await target().get(whole)).body;
    for (const header of [
      "X-Forwarded-For: 127.0.0.1",
      "X-Forwarded-Host: evil.example",
      "X-Forwarded-Proto: https",
      "Forwarded: for=1;host=evil.example",
      "Range: bytes=0-1",
      "Accept-Encoding: gzip",
      "Connection: close",
      "Connection: keep-alive, Authorization",
      "Content-Length: 0",
      "Expect: 100-continue",
      "TE: trailers",
      "Origin: https://evil.example",
    ]) {
      const answer = await target().get(whole, header);
      expect([answer.status, answer.body], header).toEqual([200, plain]);
      expect([...answer.headers.values()].join(), header).not.toContain("evil");
    }
    for (const upgrade of ["websocket", "h2c"]) expect((await target().get(path, `Upgrade: ${upgrade}`, "Connection: Upgrade")).status).toBe(200);
  });
});

describe("messages", () => {
  test("in other versions or other protocols are 400", async () => {
    const { raw, key } = target();
    const rest = `\r\n${host}\r\nAuthorization: Bearer ${key}\r\n\r\n`;
    for (const first of [`GET ${path}`, `GET ${path} HTTP/9.9`, `GET ${path} HTTP/2.0`, `GET ${path} http/1.1`, `GET ${path} HTTP/1.1 x`]) {
      expect(refusal(await raw(first + rest)), first).toMatchObject({ status: 400, code: "bad-request-line" });
    }
    for (const bytes of [
      `GET ${path} HTTP/1.1\n${host}\n\n`,
      `GET ${path} HTTP/1.1\r${host}\r\r`,
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\x16\x03\x01\x00\xc8\x01\x00",
      "\0\x01\x02\xff",
      "SSH-2.0-x\r\n",
    ]) {
      expect(refusal(await raw(Buffer.from(bytes, "latin1"))), JSON.stringify(bytes)).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });

  test("with a body are 400 unexpected-body, however it is framed, and the connection ends", async () => {
    const { raw, key } = target();
    const start = `GET ${path} HTTP/1.1\r\n${host}\r\nAuthorization: Bearer ${key}\r\n`;
    for (const rest of [
      "Content-Length: 5\r\n\r\nhello",
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
      "Content-Length: 1000000000\r\n\r\nx",
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    ]) {
      const answer = await raw(start + rest);
      expect(refusal(answer), rest).toMatchObject({ status: 400, code: "unexpected-body" });
      expect(answer.headers.get("connection")).toBe("close");
    }
  });

  test("whose length is said twice, wrongly or in two ways are no HTTP: 400", async () => {
    for (const headers of [
      ["Content-Length: 5", "Content-Length: 6"],
      ["Content-Length: 3", "Transfer-Encoding: chunked"],
      ["Content-Length: -1"],
      ["Content-Length: 5x"],
      ["Content-Length: 99999999999999999999"],
      ["Transfer-Encoding: identity"],
      ["Transfer-Encoding: chunked, gzip"],
    ]) {
      expect(refusal(await target().get(path, ...headers)), headers.join()).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });

  test("smuggled behind a valid one are their own requests, with their own refusal", async () => {
    const { raw, key } = target();
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\n${host}\r\nAuthorization: Bearer ${key}\r\n\r\nGET /v1/invoices HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      { untilClosed: true },
    );
    expect(answer.status).toBe(200);
    expect(answer.body.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 401"]);
  });
});
