/** Clients that take their time: each connection is answered or cut off by the server's own timeouts, and none hangs. */
import { expect, test } from "vitest";
import { withClient } from "../projects/demo/databases.ts";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
// Headers have 10 s, and connections are looked at every 2 s.
const patience = { timeoutMs: 14_500 };

test("silence, dripped headers and endless blank lines are cut off within the headers' timeout, while others are served", { timeout: 20_000 }, async () => {
  const { raw, get, key } = target();
  const start = "GET /v1/orders HTTP/1.1\r\nHost: localhost\r\n";
  const slow = [
    raw("", patience),
    raw("GET", patience),
    raw(start, patience),
    raw(`${start}X-Slow: ${"x".repeat(200)}`, { ...patience, pauseMs: 100 }),
    raw("\r\n".repeat(200), { ...patience, pauseMs: 60 }),
    raw(`${start}Authorization: Bearer ${key}\r\n`, patience),
  ];
  const busy = setInterval(() => void get("/v1/orders?limit=1").then(({ status, ms }) => served.push([status, ms < 5_000])), 500);
  const served: [number, boolean][] = [];
  const answers = await Promise.all(slow).finally(() => clearInterval(busy));
  for (const answer of answers) expect(refusal(answer)).toMatchObject({ status: 408, code: "request-timeout" });
  for (const answer of answers) expect(answer.ms).toBeLessThan(patience.timeoutMs);
  expect(served.length).toBeGreaterThan(3);
  expect(served.every(([status, fast]) => status === 200 && fast)).toBe(true);
});

test("bodies that do not come are cut off within the request's timeout, hold no place, and leave nothing behind", { timeout: 45_000 }, async () => {
  const { raw, get, key, erpUrl } = target();
  // A request has 30 s.
  const patient = { timeoutMs: 34_500 };
  const written = () =>
    withClient(erpUrl, async (client) => (await client.query('SELECT (SELECT count(*) FROM "OEHDR"), (SELECT count(*) FROM sluice.receipt)')).rows);
  const before = await written();
  const head = (authorization: string, framing: string): string =>
    `POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${authorization}\r\nIdempotency-Key: ${crypto.randomUUID()}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
  const order = '{"customer_id":"C0000001","lines":[{"product_id":"E-10250","quantity":"5"}]}';
  // One more than a partner may have at the ERP at a time, many times over: none of them waits for its body there.
  const silent = Array.from({ length: 60 }, () => raw(head(key, `Content-Length: ${order.length}`), patient));
  const slow = [
    ...silent,
    raw(`${head(key, `Content-Length: ${order.length}`)}${order.slice(0, -1)}`, patient),
    raw(`${head(key, "Transfer-Encoding: chunked")}${order.length.toString(16)}\r\n${order}\r\n`, patient),
    raw(`${head(key, "Content-Length: 100000")}${"  ".repeat(200)}`, { ...patient, pauseMs: 100 }),
    raw(`${head(key, "Transfer-Encoding: chunked")}${"1\r\n \r\n".repeat(100)}`, { ...patient, pauseMs: 100 }),
  ];
  const served: [number, boolean][] = [];
  const busy = setInterval(() => void get("/v1/orders?limit=1").then(({ status, ms }) => served.push([status, ms < 5_000])), 500);
  // Whoever has no key is not waited for.
  expect(refusal(await raw(head("nobody", "Content-Length: 1000000"), { timeoutMs: 5_000 }))).toMatchObject({ status: 401 });
  const answers = await Promise.all(slow).finally(() => clearInterval(busy));
  for (const answer of answers) expect(refusal(answer)).toMatchObject({ status: 408, code: "request-timeout" });
  expect(served.length).toBeGreaterThan(10);
  expect(served.every(([status, fast]) => status === 200 && fast)).toBe(true);
  expect(await written()).toEqual(before);
});
