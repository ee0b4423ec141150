/** The gateway's own store fails: who calls cannot be known, and the answer is 503 `gateway-unavailable`, never 401. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { expectEdgeAlive, expectRecovery, expectUnavailable, faultyGateway } from "./faulty-gateway.ts";

const faulty = faultyGateway();

describe.for(["refuse", "hang", "reset"] as const)("a store that does %s connections", (mode) => {
  test("is 503 gateway-unavailable within a bound, and recovers by itself", { timeout: 30_000 }, async () => {
    const { ask, store } = faulty();
    expect((await ask("/v1/orders?limit=1")).status).toBe(200);
    await store.turn(mode);
    await sleep(1_100); // What was known of the key is forgotten after a second.
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

test("a store that is back is asked again at once: a failed lookup is not remembered", async () => {
  const { ask, store } = faulty();
  await store.turn("reset");
  await sleep(1_100);
  expectUnavailable(await ask("/v1/orders?limit=1"), "gateway-unavailable");
  await store.turn("pass");
  await expectRecovery(() => ask("/v1/orders?limit=1"), 2_000);
});
