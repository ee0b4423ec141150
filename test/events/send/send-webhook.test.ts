/** Sending one webhook: what arrives, and how an attempt ends at receivers that misbehave. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { receiverGuard } from "#events/send/guard.ts";
import { type Sender, type SenderParts, webhookSender } from "#events/send/node/send-webhook.ts";
import type { WebhookOutcome } from "#events/webhook-request.ts";
import {
  answers,
  type Behaviour,
  bomb,
  breaksOff,
  closes,
  drips,
  dripsHead,
  endless,
  floodsInformational,
  hangsAfterHeaders,
  hangsBeforeHeaders,
  hugeHeaders,
  invalidHttp,
  redirects,
  resets,
} from "../../support/receivers/behaviours.ts";
import { type Receiver, type ReceiverOptions, startReceiver, testAuthority } from "../../support/receivers/receiver.ts";

const body = Buffer.from('{"id":"evt_1","note":"Größe 漢字 \\u0000","amount":"0.10"}');
const nowhere = () => Promise.resolve([]);

describe("a webhook", () => {
  const opened: (Sender | Receiver)[] = [];
  let sender: Sender;

  function open(parts: Partial<SenderParts> = {}): Sender {
    const guard = receiverGuard({ resolve: nowhere, privateHosts: new Set(), testLoopback: true });
    const made = webhookSender({ guard, elapsedMs: () => performance.now(), ...parts });
    opened.push(made);
    return made;
  }

  async function receiver(behaviour: Behaviour, options: ReceiverOptions = {}): Promise<Receiver> {
    const started = await startReceiver({ behaviour, ...options });
    opened.push(started);
    return started;
  }

  async function sentTo(behaviour: Behaviour, parts: Partial<SenderParts> = {}): Promise<WebhookOutcome> {
    const { url } = await receiver(behaviour);
    return open(parts).send({ url, environment: "test", headers: {}, body });
  }

  beforeEach(() => {
    sender = open();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  it("arrives byte for byte, with its headers and a content length", async () => {
    const { url, requests, port } = await receiver(answers(204));
    const outcome = await sender.send({ url: `${url}/hook/a%2Fb?c=d%20e`, environment: "test", headers: { "webhook-id": "evt_1" }, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 204, truncated: false });
    expect(requests).toMatchObject([{ method: "POST", path: "/hook/a%2Fb?c=d%20e" }]);
    expect(requests[0]?.body.equals(body)).toBe(true);
    expect(requests[0]?.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      "webhook-id": "evt_1",
      "content-type": "application/json",
      "content-length": String(body.length),
    });
  });

  it("goes over a kept connection, one request at a time", async () => {
    const target = await receiver(answers(200, {}, "ok"));
    const few = open({ connections: 8 });
    const send = () => few.send({ url: target.url, environment: "test", headers: {}, body });
    for (let at = 0; at < 5; at += 1) await send();
    expect(target.taken).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 20 }, send));
    expect(target.taken).toBeGreaterThan(1);
    const many = await Promise.all(Array.from({ length: 200 }, send));
    expect(many.every((outcome) => outcome.kind === "answered")).toBe(true);
    expect(target.taken).toBeLessThanOrEqual(8);
    expect(target.requests.filter(({ pipelined }) => pipelined)).toEqual([]);
  });

  it("is sent to localhost at either family", async () => {
    const target = await receiver(answers(200));
    const outcome = await sender.send({ url: `http://localhost:${target.port}/hook`, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 200 });
    expect(target.requests[0]?.headers["host"]).toBe(`localhost:${target.port}`);
  });

  it("brings back status, headers and answer", async () => {
    const outcome = await sentTo(answers(503, { "Retry-After": "120", "X-Note": "e" }, "später"));
    expect(outcome).toMatchObject({ kind: "answered", status: 503, headers: { "retry-after": "120" }, truncated: false });
    expect(outcome.kind === "answered" && Buffer.from(outcome.body).toString()).toBe("später");
  });

  it.each([
    ["before the headers", hangsBeforeHeaders],
    ["after the headers", hangsAfterHeaders],
    ["with one byte of a header at a time", dripsHead(20)],
    ["with hints without end", floodsInformational],
    ["with one byte of the body at a time", drips(20)],
  ])("ends when its time is over, however the receiver stalls: %s", async (_, behaviour) => {
    const target = await receiver(behaviour);
    const outcome = await open({ timeoutMs: 600 }).send({ url: target.url, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "failed", why: "timeout", detail: "No complete answer within 15 seconds." });
    await expect.poll(() => target.open).toBe(0);
  });

  it("reads 64 KB of an endless answer, and hangs up", async () => {
    const target = await receiver(endless);
    const outcome = await sender.send({ url: target.url, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 200, truncated: true });
    expect(outcome.kind === "answered" && outcome.body.length).toBe(65_536);
    await expect.poll(() => target.open).toBe(0);
  });

  it("keeps an answer of exactly 64 KB whole", async () => {
    const outcome = await sentTo(answers(200, {}, "x".repeat(65_536)));
    expect(outcome).toMatchObject({ kind: "answered", truncated: false });
    expect(outcome.kind === "answered" && outcome.body.length).toBe(65_536);
  });

  it("unpacks nothing", async () => {
    const outcome = await sentTo(bomb);
    expect(outcome).toMatchObject({ kind: "answered", status: 200, headers: { "content-encoding": "gzip" } });
    expect(outcome.kind === "answered" && Buffer.from(outcome.body.subarray(0, 2)).toString("hex")).toBe("1f8b");
  });

  it("needs no more memory the more there is to read", async () => {
    const target = await receiver(endless);
    const send = () => sender.send({ url: target.url, environment: "test", headers: {}, body });
    await Promise.all(Array.from({ length: 20 }, send));
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, send));
    await expect.poll(() => process.memoryUsage().arrayBuffers - before, { timeout: 5_000 }).toBeLessThan(64 * 1_048_576);
  });

  it.each([
    ["resets after reading", resets],
    ["breaks off its answer", breaksOff],
    ["closes without a word", closes],
  ])("fails as a reset where the receiver %s", async (_, behaviour) => {
    expect(await sentTo(behaviour)).toMatchObject({ kind: "failed", why: "reset" });
  });

  it.each([
    ["speaks another protocol", invalidHttp],
    ["sends headers of a megabyte", hugeHeaders],
  ])("fails where the receiver %s", async (_, behaviour) => {
    expect(await sentTo(behaviour)).toMatchObject({ kind: "failed", why: "invalid-answer" });
  });

  it.each([301, 302, 303, 307, 308] as const)("follows no redirect: %i", async (status) => {
    const inside = await receiver(answers(200));
    const outcome = await sentTo(redirects(status, inside.url));
    expect(outcome).toMatchObject({ kind: "answered", status, headers: { location: inside.url } });
    expect(inside.requests).toHaveLength(0);
  });

  it("fails where nobody listens, and says nothing of addresses", async () => {
    const { port, close } = await startReceiver();
    await close();
    const outcome = await sender.send({ url: `http://127.0.0.1:${port}/`, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "failed", why: "connect", detail: "The connection was refused." });
  });

  it("never rejects, whatever it is given", async () => {
    for (const url of ["", "nonsense", "https://", "http://[::1", "ftp://localhost/"])
      expect(await sender.send({ url, environment: "test", headers: {}, body })).toMatchObject({ kind: "failed", why: "address" });
    const { url } = await receiver(answers(200));
    expect(await sender.send({ url, environment: "test", headers: { "x-bad": "a\r\nb: c" }, body })).toMatchObject({ kind: "failed" });
  });

  describe("over TLS", () => {
    const authority = testAuthority();
    const send = async (from: Sender, tls: NonNullable<ReceiverOptions["tls"]>) => {
      const target = await receiver(answers(200), { tls, authority });
      const outcome = await from.send({ url: target.url, environment: "test", headers: {}, body });
      return { ...outcome, requests: target.requests.length };
    };

    it("needs a certificate for the name that is trusted and has not expired", async () => {
      const trusting = open({ ca: authority.cert });
      expect(await send(trusting, "valid")).toMatchObject({ kind: "answered", status: 200, requests: 1 });
      const refused = { kind: "failed", why: "tls", requests: 0 };
      expect(await send(trusting, "expired")).toMatchObject({ ...refused, detail: "The certificate has expired." });
      expect(await send(trusting, "wrong-host")).toMatchObject({ ...refused, detail: "The certificate is for another name." });
      expect(await send(trusting, "self-signed")).toMatchObject({ ...refused, detail: "The certificate is signed by itself alone." });
      expect(await send(sender, "valid")).toMatchObject({ ...refused, detail: expect.stringContaining("is not complete") });
    });

    it("checks the certificate on every new connection", async () => {
      const trusting = open({ ca: authority.cert });
      const target = await receiver(answers(200), { tls: "wrong-host", authority });
      for (let at = 0; at < 3; at += 1)
        expect(await trusting.send({ url: target.url, environment: "test", headers: {}, body })).toMatchObject({ kind: "failed", why: "tls" });
      expect(target.requests).toHaveLength(0);
    });

    it.each(["silent", "slow"] as const)("ends when there is no connection in time: the handshake is %s", async (tls) => {
      expect(await send(open({ ca: authority.cert, connectTimeoutMs: 300 }), tls)).toMatchObject({ kind: "failed", why: "timeout" });
    });
  });
});
