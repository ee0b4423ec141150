/** The receivers behave as they are called: what tests of deliveries stand on. */
import { Webhook } from "standardwebhooks";
import { Agent, request } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { sendRaw } from "../raw-http.ts";
import {
  answers,
  bomb,
  closes,
  drips,
  dripsHead,
  endless,
  floodsInformational,
  hangsAfterHeaders,
  hangsBeforeHeaders,
  hugeHeaders,
  misbehaviours,
  redirects,
  resets,
  retryAfter,
  takes,
} from "./behaviours.ts";
import { type Receiver, startReceiver, testAuthority } from "./receiver.ts";
import { startRecording } from "./recording.ts";

const open: Receiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((receiver) => receiver.close()));
});
async function started(...options: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...options);
  open.push(receiver);
  return receiver;
}

const post = "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";

describe("what it does with a request", () => {
  test("it is kept as it came, with what connection brought it", async () => {
    const receiver = await started();
    expect((await sendRaw(receiver.port, post)).status).toBe(204);
    expect(receiver.requests).toMatchObject([{ method: "POST", path: "/hook", body: Buffer.from("{}"), connection: 1, pipelined: false }]);
  });

  test("requests that do not wait for the answer before are told apart", async () => {
    const receiver = await started({ behaviour: hangsBeforeHeaders });
    await expect(sendRaw(receiver.port, post + post, { timeoutMs: 300 })).rejects.toThrow();
    expect(receiver.requests.map(({ pipelined, connection }) => [pipelined, connection])).toEqual([
      [false, 1],
      [true, 1],
    ]);
  });

  test.each([
    ["takes", takes, 204],
    ["410", answers(410), 410],
    ["redirect", redirects(307), 307],
    ["Retry-After", retryAfter(503, "1000000000000"), 503],
  ])("%s", async (_name, behaviour, status) => {
    const receiver = await started({ behaviour });
    expect((await sendRaw(receiver.port, post)).status).toBe(status);
  });

  test.each([
    ["hangs before headers", hangsBeforeHeaders],
    ["hangs after headers", hangsAfterHeaders],
    ["drips", drips(20)],
    ["drips its head", dripsHead(20)],
    ["is endless", endless],
    ["bomb", bomb],
    ["1xx", floodsInformational],
  ])("it never ends: %s", async (_name, behaviour) => {
    const receiver = await started({ behaviour });
    await expect(sendRaw(receiver.port, post, { timeoutMs: 300, untilClosed: true })).rejects.toThrow(/no complete answer/);
    await expect.poll(() => receiver.open).toBe(0);
  });

  test.each([
    ["resets", resets],
    ["closes", closes],
  ])("it never begins: %s", async (_name, behaviour) => {
    const receiver = await started({ behaviour });
    expect(await sendRaw(receiver.port, post)).toMatchObject({ status: 0, closed: true });
  });

  test("an ordinary client takes no misbehaviour for success, save those of the body", async () => {
    const receiver = await started();
    for (const [name, behaviour] of Object.entries(misbehaviours)) {
      receiver.turn(behaviour);
      const outcome = await request(`${receiver.url}/hook`, { method: "POST", body: "{}", headersTimeout: 300, signal: AbortSignal.timeout(400) }).then(
        async ({ statusCode, body }) => [statusCode, await body.arrayBuffer().then(() => "whole", () => "broken")].join(" "), // biome-ignore format: one line
        () => "failed",
      );
      expect(["failed", "200 broken", "301 whole", "302 whole", "307 whole", "308 whole"], `${name}: ${outcome}`).toContain(outcome);
    }
  });

  test("headers of a megabyte are sent", async () => {
    const receiver = await started({ behaviour: hugeHeaders });
    const { headers } = await sendRaw(receiver.port, post);
    expect(headers.get("x-padding")).toHaveLength(1000);
  });

  test("one path may behave otherwise", async () => {
    const receiver = await started();
    receiver.turn(answers(500), "/hook");
    expect((await sendRaw(receiver.port, post)).status).toBe(500);
    expect((await sendRaw(receiver.port, post.replace("/hook", "/other"))).status).toBe(204);
  });
});

describe("over TLS", () => {
  const authority = testAuthority();
  const status = async (receiver: Receiver) => {
    const dispatcher = new Agent({ connect: { ca: authority.cert, timeout: 1_000 } });
    try {
      return String((await request(`${receiver.url}/hook`, { method: "POST", body: "{}", dispatcher })).statusCode);
    } catch (error) {
      return String(Object(error).code);
    } finally {
      await dispatcher.destroy();
    }
  };

  test.each([
    ["valid", "204"],
    ["expired", "CERT_HAS_EXPIRED"],
    ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["self-signed", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["silent", "UND_ERR_CONNECT_TIMEOUT"],
    ["slow", "UND_ERR_CONNECT_TIMEOUT"],
  ] as const)("%s: %s", async (tls, expected) => {
    const receiver = await started({ tls, authority });
    expect(await status(receiver)).toBe(expected);
    await expect.poll(() => receiver.open).toBe(0);
  });
});

describe("recording", () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const body = JSON.stringify({
    id: "evt_1",
    type: "order.placed",
    seq: 7,
    resource: "orders",
    resource_id: "9",
    entity_seq: 2,
    origin: "erp",
    data: { é: 1 },
  });
  const headers = (text = body, id = "evt_1", at = new Date()) => ({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, text),
  });

  test("what verifies is kept, what does not is refused and said", async () => {
    const receiver = await startRecording();
    open.push(receiver);
    const send = async (of: Record<string, string>, text = body) => (await fetch(`${receiver.url}/hook`, { method: "POST", headers: of, body: text })).status;
    expect(await send(headers())).toBe(401);
    receiver.expect("/hook", `whsec_${Buffer.alloc(32, 8).toString("base64")}`, secret);
    expect(await send(headers())).toBe(204);
    expect(receiver.receipts).toMatchObject([{ id: "evt_1", seq: 7, entity: "orders 9", entitySeq: 2, origin: "erp", taken: true }]);
    expect(await send(headers(), body.replace("7", "8"))).toBe(401);
    expect(await send(headers(body, "evt_2"))).toBe(401);
    expect(await send(headers(body, "evt_1", new Date(Date.now() - 400_000)))).toBe(401);
    expect(receiver.refused).toEqual([
      "/hook: nobody expects anything at /hook",
      "/hook: No matching signature found",
      "/hook: webhook-id is evt_2, the event is evt_1",
      "/hook: Message timestamp too old",
    ]);
    expect(receiver.receipts).toHaveLength(1);
  });
});
