/** Sending one webhook: what arrives, and how an attempt ends at receivers that misbehave. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { receiverGuard } from "#events/send/guard.ts";
import { type Sender, type SenderParts, webhookSender } from "#events/send/node/send-webhook.ts";
import type { WebhookOutcome } from "#events/webhook-request.ts";
import {
  answers,
  bomb,
  drips,
  endless,
  hangsAfterHeaders,
  hangsBeforeHeaders,
  hangsUp,
  redirects,
  resets,
  resetsAfterHeaders,
  says,
} from "../../support/receivers/behaviours.ts";
import { type Behaviour, type Receiver, startReceiver } from "../../support/receivers/receiver.ts";
import { selfSigned } from "../../support/self-signed.ts";

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

  async function receiver(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
    const started = await startReceiver(...args);
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
    const { url, received, port } = await receiver(answers(204));
    const outcome = await sender.send({ url: `${url}/a%2Fb?c=d%20e`, environment: "test", headers: { "webhook-id": "evt_1" }, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 204, truncated: false });
    expect(received).toHaveLength(1);
    expect(received[0]?.line).toBe("POST /hook/a%2Fb?c=d%20e HTTP/1.1");
    expect(received[0]?.body.equals(body)).toBe(true);
    expect(received[0]?.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      "webhook-id": "evt_1",
      "content-type": "application/json",
      "content-length": String(body.length),
    });
  });

  it("goes over a kept connection, one request at a time", async () => {
    const target = await receiver(answers(200, {}, "ok"));
    const send = () => sender.send({ url: target.url, environment: "test", headers: {}, body });
    for (let at = 0; at < 5; at += 1) await send();
    expect(target.taken).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 20 }, send));
    expect(target.taken).toBeGreaterThan(1);
    const many = await Promise.all(Array.from({ length: 200 }, send));
    expect(many.every((outcome) => outcome.kind === "answered")).toBe(true);
    expect(target.taken).toBeLessThanOrEqual(32);
  });

  it("is sent to localhost at either family", async () => {
    const target = await receiver(answers(200));
    const outcome = await sender.send({ url: `http://localhost:${target.port}/hook`, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 200 });
    expect(target.received[0]?.headers["host"]).toBe(`localhost:${target.port}`);
  });

  it("brings back status, headers and answer", async () => {
    const outcome = await sentTo(answers(503, { "Retry-After": "120", "X-Note": "é" }, "später"));
    expect(outcome).toMatchObject({ kind: "answered", status: 503, headers: { "retry-after": "120" }, truncated: false });
    expect(outcome.kind === "answered" && Buffer.from(outcome.body).toString()).toBe("später");
  });

  it.each([
    ["before the headers", hangsBeforeHeaders],
    ["after the headers", hangsAfterHeaders],
    ["with one byte of a header at a time", drips(20, "headers")],
    ["with one byte of the body at a time", drips(20, "body")],
  ])("ends when its time is over, however the receiver stalls: %s", async (_, behaviour) => {
    const target = await receiver(behaviour);
    const outcome = await open({ timeoutMs: 600 }).send({ url: target.url, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "failed", why: "timeout", detail: "No complete answer within 15 seconds." });
    await expect.poll(() => target.open).toBe(0);
  });

  it("reads 64 KB of an endless answer, and hangs up", async () => {
    let sent = 0;
    const target = await receiver(
      endless((bytes) => {
        sent += bytes;
      }),
    );
    const outcome = await sender.send({ url: target.url, environment: "test", headers: {}, body });
    expect(outcome).toMatchObject({ kind: "answered", status: 200, truncated: true });
    expect(outcome.kind === "answered" && outcome.body.length).toBe(65_536);
    await expect.poll(() => target.open).toBe(0);
    // What lay in buffers of the two ends when it was hung up.
    expect(sent).toBeLessThan(16 * 1_048_576);
  });

  it("keeps an answer of exactly 64 KB whole", async () => {
    const outcome = await sentTo(answers(200, {}, "x".repeat(65_536)));
    expect(outcome).toMatchObject({ kind: "answered", truncated: false });
    expect(outcome.kind === "answered" && outcome.body.length).toBe(65_536);
  });

  it("unpacks nothing", async () => {
    const outcome = await sentTo(bomb(20_000_000));
    expect(outcome).toMatchObject({ kind: "answered", status: 200, headers: { "content-encoding": "gzip" } });
    expect(outcome.kind === "answered" && Buffer.from(outcome.body.subarray(0, 2)).toString("hex")).toBe("1f8b");
  });

  it("needs no more memory the more there is to read", async () => {
    const target = await receiver(endless());
    const send = () => sender.send({ url: target.url, environment: "test", headers: {}, body });
    await Promise.all(Array.from({ length: 20 }, send));
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, send));
    await expect.poll(() => process.memoryUsage().arrayBuffers - before, { timeout: 5_000 }).toBeLessThan(64 * 1_048_576);
  });

  it.each([
    ["resets after reading", resets],
    ["resets in the middle of its answer", resetsAfterHeaders],
    ["hangs up without a word", hangsUp],
    ["changes to another protocol", says("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")],
  ])("fails as a reset where the receiver %s", async (_, behaviour) => {
    expect(await sentTo(behaviour)).toMatchObject({ kind: "failed", why: "reset" });
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.9\r\n"],
    ["an answer with two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["headers without end", `HTTP/1.1 200 OK\r\n${"x-filler: 0123456789\r\n".repeat(5_000)}\r\n`],
  ])("fails where the receiver says %s", async (_, text) => {
    expect(await sentTo(says(text))).toMatchObject({ kind: "failed", why: "invalid-answer" });
  });

  it.each([301, 302, 303, 307, 308])("follows no redirect: %i", async (status) => {
    const inside = await receiver(answers(200));
    const outcome = await sentTo(redirects(status, inside.url));
    expect(outcome).toMatchObject({ kind: "answered", status, headers: { location: inside.url } });
    expect(inside.received).toHaveLength(0);
  });

  it("fails where nobody listens, and says nothing of addresses", async () => {
    const { port, close } = await startReceiver(answers(200));
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
    it("needs a certificate for the name that is trusted and has not expired", async () => {
      const good = selfSigned();
      const expired = selfSigned({ validUntil: -3_600_000 });
      const other = selfSigned({ host: "other.example" });
      const ca = [good, expired, other].map(({ cert }) => cert).join("\n");
      const trusting = open({ ca });
      const send = async (from: Sender, tls: { cert: string; key: string }) =>
        from.send({ url: (await receiver(answers(200), { tls })).url, environment: "test", headers: {}, body });
      expect(await send(trusting, good)).toMatchObject({ kind: "answered", status: 200 });
      expect(await send(trusting, expired)).toMatchObject({ kind: "failed", why: "tls", detail: "The certificate has expired." });
      expect(await send(trusting, other)).toMatchObject({ kind: "failed", why: "tls", detail: "The certificate is for another name." });
      expect(await send(sender, good)).toMatchObject({ kind: "failed", why: "tls", detail: "The certificate is signed by itself alone." });
    });

    it("checks the certificate on every new connection", async () => {
      const other = selfSigned({ host: "other.example" });
      const trusting = open({ ca: other.cert });
      const target = await receiver(answers(200), { tls: other });
      for (let at = 0; at < 3; at += 1)
        expect(await trusting.send({ url: target.url, environment: "test", headers: {}, body })).toMatchObject({ kind: "failed", why: "tls" });
      expect(target.received).toHaveLength(0);
    });

    it("fails where the server speaks no TLS, or hangs during the handshake", async () => {
      const plain = await receiver(says("no TLS here"));
      const hung = await receiver(hangsBeforeHeaders);
      const send = (from: Sender, port: number) => from.send({ url: `https://localhost:${port}/`, environment: "test", headers: {}, body });
      // The handshake's first bytes are no request, so the first one hangs as well.
      const patient = open({ connectTimeoutMs: 300 });
      for (const { port } of [plain, hung]) expect(await send(patient, port)).toMatchObject({ kind: "failed", why: "timeout" });
    });
  });
});
