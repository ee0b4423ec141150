/** What callers send cannot forge log lines, and leaves no trace of keys, queries or bodies in them. */
import { expect, test } from "vitest";
import { isRow } from "#testing/public-values.ts";
import { hostileTarget } from "./target.ts";

const target = hostileTarget();

test("every line stays one JSON object with allowed fields only, whatever was sent", async () => {
  const { get, lines, raw, gateway, key } = target();
  const forged = '%0d%0a{"level":50,"msg":"forged"}%0a%1b[2J%07%00%c2%9b31m%e2%80%a8';
  await get(`/v1/orders?reference=${forged.replace("%00", "")}`);
  await get(`/v1/orders/${forged.replace("%00", "")}`);
  await get(`/v1/${forged}`);
  await get(`/v1/orders?${forged}=1`);
  await get(
    "/v1/orders?limit=1",
    "User-Agent: \x1b[31mforged",
    'X-Request-Id: forged"}',
    "Request-Id: forged",
    "Traceparent: forged",
    "Api-Version: \x1b[31mforged",
  );
  await lines("PROPFIND /v1/orders?forged HTTP/1.1", "Host: forged", `Authorization: Bearer ${key}`);
  await lines("GET /v1/orders HTTP/1.1", "Host: localhost", 'Authorization: Bearer forged"}\x1b');
  await raw(`POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Length: 8\r\n\r\n{"forged`);
  const logged = gateway.log();
  expect(logged.split("\n").length).toBeGreaterThan(6);
  const allowed = [
    "level",
    "time",
    "msg",
    "request_id",
    "method",
    "route",
    "status",
    "code",
    "error_code",
    "partner",
    "environment",
    "key",
    "version",
    "cost",
    "ms",
    "bytes",
    "error",
    "message",
    "stack",
    "cause",
  ];
  for (const line of logged.split("\n").filter((text) => text !== "")) {
    const parsed: unknown = JSON.parse(line);
    expect(isRow(parsed) ? Object.keys(parsed).filter((field) => !allowed.includes(field)) : line).toEqual([]);
    expect([...line].filter((char) => char < " " || (char >= "\x7f" && char <= "\x9f") || char === "\u2028")).toEqual([]);
  }
  expect(logged).not.toContain("forged");
  expect(logged).not.toContain(key.slice(-40));
});

test("request ids are the gateway's own, one for each request", async () => {
  const { get } = target();
  const ids = await Promise.all(
    Array.from({ length: 20 }, async () => (await get("/v1/orders?limit=1", "Request-Id: mine", "X-Request-Id: mine")).headers.get("request-id")),
  );
  expect(new Set(ids).size).toBe(20);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
