/** Cursors: nothing of them can be changed, moved or read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Problem } from "#lib/problems.ts";
import { cursors } from "#pipeline/cursor.ts";

const sealer = cursors(Buffer.alloc(32, 1));
const binding = "p1 live 2026-01-01 listOrders [[],[],[]]";
const value = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.constant(null),
);

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof Problem ? error.code : "another error";
  }
  return undefined;
}

test("a position comes back as it was", () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (position) => {
      expect(sealer.open(sealer.seal(position, binding), binding)).toEqual(position);
    }),
  );
});

test("a cursor that was given out for long sort values is accepted again", () => {
  const position = ["x".repeat(2000), "ü".repeat(500)];
  expect(sealer.open(sealer.seal(position, binding), binding)).toEqual(position);
});

test("any changed, missing or additional character makes it invalid", () => {
  const cursor = sealer.seal(["ORD1", 5, null], binding);
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor.charAt(at) === "A" ? "B" : "A";
    expect(codeOf(() => sealer.open(`${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`, binding))).toBe("invalid-cursor");
    expect(codeOf(() => sealer.open(cursor.slice(0, at), binding))).toBe("invalid-cursor");
    expect(codeOf(() => sealer.open(`${cursor.slice(0, at)}A${cursor.slice(at)}`, binding))).toBe("invalid-cursor");
  }
});

describe("a cursor is bound", () => {
  test.each([
    ["to the partner", "p2 live 2026-01-01 listOrders [[],[],[]]"],
    ["to the environment", "p1 test 2026-01-01 listOrders [[],[],[]]"],
    ["to the version", "p1 live 2026-01-02 listOrders [[],[],[]]"],
    ["to the resource", "p1 live 2026-01-01 listPrices [[],[],[]]"],
    ["to the query", 'p1 live 2026-01-01 listOrders [[],["id"],[]]'],
  ])("%s", (_what, other) => expect(codeOf(() => sealer.open(sealer.seal([1], binding), other))).toBe("invalid-cursor"));

  test("to the secret", () => expect(codeOf(() => cursors(Buffer.alloc(32, 2)).open(sealer.seal([1], binding), binding))).toBe("invalid-cursor"));
});

test("text that never was a cursor is invalid, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(codeOf(() => sealer.open(text, binding))).toBe("invalid-cursor");
    }),
  );
  expect(codeOf(() => sealer.open("A".repeat(100_000), binding))).toBe("invalid-cursor");
});

test("the same position is never sealed to the same text, and its values are not to be read", () => {
  const seals = new Set(Array.from({ length: 50 }, () => sealer.seal(["SECRET"], binding)));
  expect(seals.size).toBe(50);
  for (const cursor of seals) expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toContain("SECRET");
});
