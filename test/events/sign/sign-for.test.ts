/** Signing for an endpoint by what the store holds: rotation is noticed by every process within seconds, and only whole sets of secrets sign. */
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endpointCreate } from "#control-plane/endpoints/create.ts";
import { endpointDelete } from "#control-plane/endpoints/delete.ts";
import { endpointRotateSecret } from "#control-plane/endpoints/rotate-secret.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import { signFor } from "#events/sign/sign-for.ts";
import { envelopes } from "#lib/envelope.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { signingSecrets } from "#store/signing-secrets.ts";
import { askingAt, did, planeOver } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";

let database: TestDatabase;
let store: Store;
let elapsed = 0;
beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

const asking = () => askingAt(Date.now());
const signer = (secret = new Uint8Array(32).fill(7)) =>
  signFor({
    records: signingSecrets(() => store),
    envelopes: envelopes({ current: secret, others: [] }),
    now: () => Date.now(),
    elapsedMs: () => elapsed,
  });
const body = Buffer.from('{"note":"Größe"}');

async function endpoint(signature: "hmac" | "ed25519" = "hmac") {
  const plane = planeOver(store);
  const { id: partner } = await did(perform(plane, partnerCreate, { name: crypto.randomUUID(), accounts: [] }, asking()));
  const terms = { partner, environment: "test", url: "http://localhost:1/", types: ["*"], scopes: ["orders:read"], signature };
  const made = await did(perform(plane, endpointCreate, terms, asking()));
  return { id: made.id, secret: made.secret ?? "" };
}

async function signed(sign: ReturnType<typeof signer>, id: string) {
  const by = await sign(id);
  return by?.("evt_1", Math.floor(Date.now() / 1_000), body);
}

test("both secrets sign during a rotation, on every process, within three seconds of it", async () => {
  const { id, secret } = await endpoint();
  const [one, other] = [signer(), signer()];
  for (const process of [one, other]) new Webhook(secret).verify(body, (await signed(process, id)) ?? {});
  const rotated = await did(perform(planeOver(store), endpointRotateSecret, { endpoint: id, overlap_seconds: 60 }, asking()));
  elapsed += 3_001;
  for (const process of [one, other]) {
    const headers = (await signed(process, id)) ?? {};
    for (const each of [secret, rotated.secret ?? ""]) new Webhook(each).verify(body, headers);
  }
});

test("a secret signs no longer than it is meant to, whatever is remembered", async () => {
  const { id, secret } = await endpoint();
  const sign = signer();
  await did(perform(planeOver(store), endpointRotateSecret, { endpoint: id, overlap_seconds: 1 }, asking()));
  const before = (await signed(sign, id)) ?? {};
  new Webhook(secret).verify(body, before);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const after = (await signed(sign, id)) ?? {};
  expect(() => new Webhook(secret).verify(body, after)).toThrow("No matching signature");
});

test("an endpoint may change from one kind of signature to the other, with both in between", async () => {
  const { id, secret } = await endpoint();
  const sign = signer();
  await did(perform(planeOver(store), endpointRotateSecret, { endpoint: id, signature: "ed25519" }, asking()));
  const headers = (await signed(sign, id)) ?? expect.unreachable();
  expect(headers["webhook-signature"].split(" ").map((one) => one.split(",")[0])).toEqual(["v1a", "v1"]);
  new Webhook(secret).verify(body, headers);
});

test("nothing is signed for an endpoint that is deleted", async () => {
  const { id } = await endpoint();
  const sign = signer();
  expect(await sign(id)).toBeDefined();
  await did(perform(planeOver(store), endpointDelete, { endpoint: id }, asking()));
  elapsed += 3_001;
  expect(await sign(id)).toBeUndefined();
  expect(await sign("we_0000000000000000")).toBeUndefined();
});

test("a secret that cannot be opened is said to be so, and asked for again", async () => {
  const { id } = await endpoint();
  const sign = signer(new Uint8Array(32).fill(9));
  for (let at = 0; at < 2; at += 1) await expect(sign(id)).rejects.toThrow("is SLUICE_SECRET another one?");
});
