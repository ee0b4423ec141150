/** Signatures: the vectors that Standard Webhooks publishes, and verification by others' code. */
import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { newKeyPair, newSharedSecret, readSecret, type SigningSecret, signature } from "#lib/standard-webhooks.ts";

function secretOf(text: string): SigningSecret {
  const secret = readSecret(text);
  if (secret === undefined) throw new Error("no secret");
  return secret;
}

/** As a partner would, with nothing but the text it was given. */
function verifies(publicKey: string, signed: string, head: string, body: Uint8Array): boolean {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, Buffer.concat([Buffer.from(head), body]), key, Buffer.from(signed.replace(/^v1a,/, ""), "base64"));
}

describe("signatures", () => {
  // github.com/standard-webhooks/standard-webhooks: libraries/javascript/src/webhook.test.ts, "sign function works";
  // libraries/go/webhook_asymmetric_test.go, TestAsymmetricWebhookSign.
  const published = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Buffer.from('{"test": 2432232314}') };

  it.each([
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
    ["whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=", "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="],
  ])("are those of the published vectors: %s", (secret, expected) => {
    expect(signature(secretOf(secret), published.id, published.timestamp, published.body)).toBe(expected);
  });

  const texts = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => JSON.stringify({ text })),
    fc.double().map((number) => JSON.stringify({ number, amount: "0.10", big: "12345678901234567890.000" })),
    fc.constantFrom('{"n":12345678901234567890.10,"e":1E400,"z":-0.0}', '{"note":"Größe \u0001 漢字 😀 \u2028"}', "{}"),
  );

  it("verify with the standardwebhooks package, whatever is in the body", () => {
    const secret = newSharedSecret();
    fc.assert(
      fc.property(texts, (text) => {
        const body = Buffer.from(text);
        const timestamp = Math.floor(Date.now() / 1000);
        const headers = {
          "webhook-id": "evt_1",
          "webhook-timestamp": String(timestamp),
          "webhook-signature": signature(secretOf(secret), "evt_1", timestamp, body),
        };
        new Webhook(secret).verify(body, headers, { jsonParse: false });
        expect(() => new Webhook(newSharedSecret()).verify(body, headers)).toThrow("No matching signature");
        expect(() => new Webhook(secret).verify(Buffer.from(`${text} `), headers)).toThrow("No matching signature");
      }),
    );
  });

  it("verify with a public key and node:crypto alone, whatever is in the body", () => {
    const { privateKey, publicKey } = newKeyPair();
    const other = newKeyPair().publicKey;
    fc.assert(
      fc.property(texts, (text) => {
        const body = Buffer.from(text);
        const signed = signature(secretOf(privateKey), "evt_1", 1_764_000_000, body);
        expect(verifies(publicKey, signed, "evt_1.1764000000.", body)).toBe(true);
        expect(verifies(other, signed, "evt_1.1764000000.", body)).toBe(false);
        expect(verifies(publicKey, signed, "evt_1.1764000001.", body)).toBe(false);
      }),
    );
  });

  it("are made of 32 random bytes, in the forms that the specification gives secrets", () => {
    expect(Buffer.from(newSharedSecret().replace("whsec_", ""), "base64")).toHaveLength(32);
    expect(newSharedSecret()).not.toBe(newSharedSecret());
    const pair = newKeyPair();
    expect(pair.privateKey).toMatch(/^whsk_[A-Za-z0-9+/]{43}=$/);
    expect(pair.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  });

  it("are made with nothing that is no secret", () => {
    const short = Buffer.alloc(23).toString("base64");
    const long = Buffer.alloc(65).toString("base64");
    for (const text of ["", "whsec_", `whsec_${short}`, `whsec_${long}`, "whsec_*", "whpk_AAAA", `whsk_${short}`, short])
      expect(readSecret(text), text).toBeUndefined();
  });
});
