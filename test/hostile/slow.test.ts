/** Clients that take their time: each connection is answered or cut off by the server's own timeouts, and none hangs. */
import { expect, test } from "vitest";
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
