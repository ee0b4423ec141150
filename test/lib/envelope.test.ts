/** Secrets at rest open where they were sealed, with a secret of the gateway, unchanged; and in no other case. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Envelope, envelopes, type SealedPlace } from "#lib/envelope.ts";

const [first, second, third] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array, Uint8Array]; // three of three
const place = { table: "webhook_endpoints", row: "we_1" };
const bytes = fc.uint8Array({ maxLength: 300 });
const places = fc.record({ table: fc.string(), row: fc.string() });

test("whatever is sealed opens again, in its place alone", () => {
  const own = envelopes({ current: first, others: [] });
  fc.assert(
    fc.property(bytes, places, places, (plain, here, there) => {
      const envelope = own.seal(plain, here);
      expect(Buffer.from(own.open(envelope, here) ?? [])).toEqual(Buffer.from(plain));
      const isSame = here.table === there.table && here.row === there.row;
      expect(own.open(envelope, there) !== undefined).toBe(isSame);
    }),
  );
  // Table and row are told apart, not only joined.
  expect(own.open(own.seal(Buffer.from("x"), { table: "ab", row: "c" }), { table: "a", row: "bc" })).toBeUndefined();
});

test("a changed byte anywhere, a cut text or parts of two envelopes open nothing", () => {
  const own = envelopes({ current: first, others: [] });
  const envelope = own.seal(Buffer.from("secret of a webhook"), place);
  const other = own.seal(Buffer.from("secret of a webhook"), place);
  for (const part of ["wrappedKey", "sealed"] as const) {
    for (let at = 0; at < envelope[part].length; at += 1) {
      const changed = Uint8Array.from(envelope[part]);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(own.open({ ...envelope, [part]: changed }, place)).toBeUndefined();
      expect(own.open({ ...envelope, [part]: envelope[part].subarray(0, at) }, place)).toBeUndefined();
    }
    expect(own.open({ ...envelope, [part]: other[part] }, place)).toBeUndefined();
  }
  expect(own.open({ ...envelope, wrappedUnder: "unknown" }, place)).toBeUndefined();
});

test("an earlier secret, or one to come, opens beside the current one; rewrapping moves the key and leaves the value", () => {
  const before = envelopes({ current: first, others: [] });
  const after = envelopes({ current: second, others: [first] });
  const sealed = before.seal(Buffer.from("x"), place);
  expect(sealed.wrappedUnder).toBe(before.current);
  expect(after.others).toEqual([before.current]);
  const open = (by: Parameters<typeof envelopes>[0], envelope: Envelope, at: SealedPlace = place) =>
    Buffer.from(envelopes(by).open(envelope, at) ?? []).toString();
  expect(open({ current: second, others: [first] }, sealed)).toBe("x");
  const moved = after.rewrap(sealed, place) ?? expect.unreachable("not rewrapped");
  expect([moved.wrappedUnder, moved.sealed]).toEqual([after.current, sealed.sealed]);
  expect(open({ current: second, others: [] }, moved)).toBe("x");
  expect(open({ current: first, others: [] }, moved)).toBe("");
  expect(open({ current: first, others: [second] }, moved)).toBe("x");
  expect(after.rewrap(sealed, { ...place, row: "we_2" })).toBeUndefined();
  expect(envelopes({ current: third, others: [second] }).rewrap(sealed, place)).toBeUndefined();
  // A secret that is named twice is one.
  expect(envelopes({ current: first, others: [first, second, second] }).others).toEqual([after.current]);
});

test("two seals of the same value have nothing in common, and nothing of a secret shows", () => {
  const own = envelopes({ current: first, others: [] });
  const [one, other] = [own.seal(Buffer.from("x"), place), own.seal(Buffer.from("x"), place)];
  expect(one.wrappedKey).not.toEqual(other.wrappedKey);
  expect(one.sealed).not.toEqual(other.sealed);
  expect(one.wrappedUnder).toMatch(/^[A-Za-z0-9_-]{12}$/);
});
