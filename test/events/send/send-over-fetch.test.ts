/** Sending with nothing but `fetch`: the same bounds, as far as fetch goes. */
import { afterEach, expect, test } from "vitest";
import { guardOnSight, receiverGuard } from "#events/send/guard.ts";
import { type FetchSenderParts, sendOverFetch } from "#events/send/send-over-fetch.ts";
import { answers, type Behaviour, drips, endless, hangsBeforeHeaders, redirects, resets } from "../../support/receivers/behaviours.ts";
import { type Receiver, startReceiver } from "../../support/receivers/receiver.ts";

const opened: Receiver[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const body = Buffer.from('{"note":"Größe"}');

async function sentTo(behaviour: Behaviour, more: Partial<FetchSenderParts> = {}) {
  const receiver = await startReceiver({ behaviour });
  opened.push(receiver);
  const guard = receiverGuard({ resolve: async () => [], privateHosts: new Set(), testLoopback: true });
  const send = sendOverFetch({ guard, fetch: (url, init) => fetch(url, init), elapsedMs: () => performance.now(), ...more });
  return { receiver, outcome: await send({ url: `${receiver.url}/hook?a=b`, environment: "test", headers: { "webhook-id": "evt_1" }, body }) };
}

test("the bytes arrive as they are, and the answer comes back", async () => {
  const { receiver, outcome } = await sentTo(answers(503, { "Retry-After": "5" }, "später"));
  expect(outcome).toMatchObject({ kind: "answered", status: 503, headers: { "retry-after": "5" }, truncated: false });
  expect(outcome.kind === "answered" && Buffer.from(outcome.body).toString()).toBe("später");
  expect(receiver.requests).toMatchObject([{ method: "POST", path: "/hook?a=b", headers: { "webhook-id": "evt_1", "content-type": "application/json" } }]);
  expect(receiver.requests[0]?.body.equals(body)).toBe(true);
});

test("64 KB of an endless answer are read, and the connection is given up", async () => {
  const { receiver, outcome } = await sentTo(endless);
  expect(outcome).toMatchObject({ kind: "answered", truncated: true });
  expect(outcome.kind === "answered" && outcome.body.length).toBe(65_536);
  await expect.poll(() => receiver.open).toBe(0);
});

test("no redirect is followed", async () => {
  const { receiver, outcome } = await sentTo(redirects(307));
  expect(outcome).toMatchObject({ kind: "answered", status: 307 });
  expect(receiver.requests).toHaveLength(1);
});

test.each([
  ["hangs", hangsBeforeHeaders],
  ["drips", drips(20)],
])("its time is over when it is over: the receiver %s", async (_, behaviour) => {
  expect((await sentTo(behaviour, { timeoutMs: 400 })).outcome).toMatchObject({ kind: "failed", why: "timeout" });
});

test("a connection that breaks is a failed attempt", async () => {
  expect((await sentTo(resets)).outcome).toMatchObject({ kind: "failed", why: "connect" });
});

test("what is inside on sight is not sent to", async () => {
  const send = sendOverFetch({ guard: guardOnSight(new Set()), fetch: () => expect.unreachable("nothing is fetched"), elapsedMs: () => 0 });
  for (const url of ["https://127.0.0.1/", "http://localhost/", "https://[::ffff:10.0.0.1]/", "https://10.1/"])
    expect(await send({ url, environment: "test", headers: {}, body })).toMatchObject({ kind: "failed", why: "address" });
});
