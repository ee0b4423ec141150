/** The written form of API keys: what a key is, and that nothing else passes for one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatKey, generateKey, parseKey } from "#control-plane/api-keys/format.ts";
import { crc32 } from "#lib/crc32.ts";

const environment = fc.constantFrom("live", "test");
const prefix = fc.stringMatching(/^[a-z]{2,8}$/);
const anyKey = fc.tuple(environment, prefix).map(([where, before]) => {
  const parts = generateKey(where);
  return { parts, prefix: before, token: formatKey(parts, before) };
});

test("a key looks as documented", () => {
  expect(formatKey(generateKey("live"))).toMatch(/^slc_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
  expect(crc32("123456789")).toBe(0xcb_f4_39_26); // The check value every description of CRC-32 gives.
});

test("every key that was written is read again", () => {
  fc.assert(fc.property(anyKey, ({ parts, prefix, token }) => void expect(parseKey(token, prefix)).toEqual({ kind: "key", ...parts })));
});

test("every change of a single character is refused by format or checksum", () => {
  fc.assert(
    fc.property(anyKey, fc.nat(), fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), ({ prefix, token }, position, other) => {
      const at = position % token.length;
      fc.pre(token[at] !== other);
      const kind = parseKey(token.slice(0, at) + other + token.slice(at + 1), prefix).kind;
      expect(["malformed", "checksum"]).toContain(kind);
    }),
    { numRuns: 2_000 },
  );
  // Exhaustively for one key: each position against each character that a key may hold.
  const token = formatKey(generateKey("test"));
  for (let at = 0; at < token.length; at++) {
    for (const other of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") {
      if (token[at] !== other) expect(parseKey(token.slice(0, at) + other + token.slice(at + 1)).kind).not.toBe("key");
    }
  }
});

test("two characters exchanged, a cut and a longer key are refused", () => {
  fc.assert(
    fc.property(anyKey, fc.nat(), ({ prefix, token }, position) => {
      const at = position % (token.length - 1);
      const exchanged = token.slice(0, at) + token[at + 1] + token[at] + token.slice(at + 2);
      if (exchanged !== token) expect(parseKey(exchanged, prefix).kind).not.toBe("key");
      expect(parseKey(token.slice(0, at), prefix)).toEqual({ kind: "malformed" });
      expect(parseKey(`${token}0`, prefix)).toEqual({ kind: "malformed" });
    }),
  );
});

test("junk of any kind and length is refused without an exception", () => {
  const junk = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ minLength: 71, maxLength: 71 }), fc.constant("slc_live_".repeat(10_000)));
  fc.assert(fc.property(junk, (text) => void expect(parseKey(text).kind).not.toBe("key")));
});

test("a key of another prefix is refused", () => {
  expect(parseKey(formatKey(generateKey("live"), "acme")).kind).toBe("malformed");
});
