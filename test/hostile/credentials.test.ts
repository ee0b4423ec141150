/** Credentials in every odd form: one valid spelling is accepted, all others are refused the same way. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
const host = "Host: localhost";
const path = "/v1/orders?limit=1";

describe("Authorization", () => {
  test("is accepted whatever the case of its name and scheme, and with more than one space", async () => {
    const { lines, key } = target();
    for (const header of [`Authorization: Bearer ${key}`, `authorization: bearer ${key}`, `AUTHORIZATION: BEARER   ${key}`, `Authorization:Bearer ${key}  `]) {
      expect((await lines(`GET ${path} HTTP/1.1`, host, header)).status, header.slice(0, 25)).toBe(200);
    }
  });

  test("in any other form is 401, and the answer never quotes it", async () => {
    const { lines, key } = target();
    const base64 = Buffer.from(`${key}:`).toString("base64");
    const odd = [
      "",
      "Bearer",
      "Bearer ",
      key,
      `Bearer${key}`,
      `Bearer\t${key}`,
      `Bearer "${key}"`,
      `Bearer ${key}, Bearer ${key}`,
      `Bearer ${key} x`,
      `Bearer x ${key}`,
      `Basic ${base64}`,
      `Token ${key}`,
      `Digest username="${key}"`,
      `Bearer: ${key}`,
      `Bearer ${key};`,
      `Bearer ${key}é`,
      `Bearer ${key.replace("_", "")}`,
      `Bearer ${"a".repeat(600)}`,
      `Bearer ${"a".repeat(8_000)}`,
      `Bearer ${key}${"=".repeat(500)}`,
      `Bearer ${encodeURIComponent(key)}%00`,
      "Bearer null",
      "Bearer __proto__",
      "Bearer eyJhbGciOiJub25lIn0.e30.",
    ];
    for (const value of odd) {
      const answer = await lines(`GET ${path} HTTP/1.1`, host, `Authorization: ${value}`);
      expect(refusal(answer), value.slice(0, 40)).toMatchObject({ status: 401, code: "unauthenticated" });
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
      expect(answer.body).not.toContain(key.slice(0, 25));
    }
  });

  test("sent twice is 400 naming it, even when both are valid and the same", async () => {
    const { lines, key } = target();
    for (const second of [`Authorization: Bearer ${key}`, "Authorization: Bearer x", "authorization: ", `AUTHORIZATION: Basic ${key}`]) {
      for (const headers of [
        [`Authorization: Bearer ${key}`, second],
        [second, `Authorization: Bearer ${key}`],
      ]) {
        expect(refusal(await lines(`GET ${path} HTTP/1.1`, host, ...headers)), second).toEqual({
          status: 400,
          code: "bad-request-line",
          where: "authorization",
        });
      }
    }
  });

  test("folded over two lines, with a NUL, or with a blank before the colon is no HTTP", async () => {
    const { lines, key } = target();
    for (const headers of [
      ["Authorization: Bearer", ` ${key}`],
      [`Authorization: Bearer ${key}\0`],
      [`Authorization : Bearer ${key}`],
      [`Authorization\0: Bearer ${key}`],
    ]) {
      expect(refusal(await lines(`GET ${path} HTTP/1.1`, host, ...headers))).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });
});

test("a key anywhere but in Authorization is no credential: query, cookie, other headers, user info", async () => {
  const { lines, key } = target();
  for (const name of ["api_key", "apikey", "access_token", "token", "key", "authorization", "Authorization"]) {
    expect(refusal(await lines(`GET /v1/orders?${name}=${key} HTTP/1.1`, host)), name).toMatchObject({ status: 401, code: "unauthenticated" });
  }
  for (const header of [
    `X-Api-Key: ${key}`,
    `Cookie: token=${key}`,
    `Proxy-Authorization: Bearer ${key}`,
    `X-Authorization: Bearer ${key}`,
    `X-Forwarded-Authorization: Bearer ${key}`,
  ]) {
    expect(refusal(await lines(`GET ${path} HTTP/1.1`, host, header)), header.slice(0, 20)).toMatchObject({ status: 401, code: "unauthenticated" });
  }
  expect((await lines(`GET ${path} HTTP/1.1`, `Host: ${key}@localhost`)).status).toBe(400);
});

test("a key in the query beside a valid one is an unknown parameter, and is in no log line", async () => {
  const { get, key, gateway } = target();
  expect(refusal(await get(`/v1/orders?api_key=${key}`))).toEqual({ status: 400, code: "unknown-parameter", where: "api_key" });
  expect(gateway.log()).not.toContain(key.slice(-40));
});

test("look-alikes of a key or a scheme are not the key", async () => {
  const { raw, key } = target();
  for (const authorization of [`Bearer ${key.replace("s", "ѕ")}`, `Веarer ${key}`, `Bearer ${key}\u200b`, `Bearer \ufeff${key}`]) {
    const answer = await raw(Buffer.from(`GET ${path} HTTP/1.1\r\n${host}\r\nAuthorization: ${authorization}\r\n\r\n`, "utf8"));
    expect(refusal(answer)).toMatchObject({ status: 401, code: "unauthenticated" });
  }
});
