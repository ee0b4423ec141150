/** The gateway's own store fails: known keys work on for five seconds, then the answer is 503 `gateway-unavailable`, never 401. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { hardBoundMs } from "#control-plane/credentials/record-cache.ts";
import { expectEdgeAlive, expectRecovery, expectUnavailable, faultyGateway } from "./faulty-gateway.ts";

const faulty = faultyGateway();

describe.for(["refuse", "hang", "reset"] as const)("a store that does %s connections", (mode) => {
  test("keeps no known key waiting at first, is 503 gateway-unavailable after the bound, and recovers by itself", { timeout: 60_000 }, async () => {
    const { ask, store } = faulty();
    await sleep(600); // Past the news that the key was made, which would make this process look it up once more.
    expect((await ask("/v1/orders?limit=1")).status).toBe(200);
    await store.turn(mode);
    const gone = performance.now();
    let last = gone;
    while (performance.now() - gone < 7_000) {
      const began = performance.now();
      const reply = await ask("/v1/orders?limit=1");
      if (reply.status === 200) last = began;
      else expectUnavailable(reply, "gateway-unavailable");
      // A second and a half, by which the polls and lookups of the last moment may have been late.
      if (began - gone < hardBoundMs - 1_500) expect(reply.status, `after ${began - gone} ms`).toBe(200);
      await sleep(100);
    }
    expect(last - gone).toBeLessThan(hardBoundMs);
    for (const path of ["/v1/orders?limit=1", "/v1/orders/x", "/v1/products?nonsense=1"]) expectUnavailable(await ask(path), "gateway-unavailable");
    for (const reply of await Promise.all(Array.from({ length: 10 }, () => ask("/v1/orders?limit=1")))) expectUnavailable(reply, "gateway-unavailable");
    await expectEdgeAlive(faulty());
    await store.turn("pass");
    await expectRecovery(() => ask("/v1/orders?limit=1"));
  });
});

test("a key that is no key by its form is 401 even then: nothing has to be looked up", async () => {
  const { ask, store } = faulty();
  await store.turn("refuse");
  const reply = await ask("/v1/orders?limit=1", { key: "slc_live_nonsense" });
  expect([reply.status, reply.body["code"]]).toEqual([401, "unauthenticated"]);
  await store.turn("pass");
});

test("a store that is back is asked again at once: a failed lookup is not remembered", { timeout: 30_000 }, async () => {
  const { ask, store } = faulty();
  await store.turn("reset");
  await sleep(hardBoundMs + 100);
  expectUnavailable(await ask("/v1/orders?limit=1"), "gateway-unavailable");
  await store.turn("pass");
  await expectRecovery(() => ask("/v1/orders?limit=1"), 2_000);
});
