/** Strict JSON: the same values as `JSON.parse`, or exact reasons why there are none. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLimits, parseStrictJson, type StrictJson } from "#pipeline/strict-json.ts";

const parse = (body: string | Uint8Array): StrictJson => parseStrictJson(typeof body === "string" ? new TextEncoder().encode(body) : body);

function parsed(body: string): unknown {
  const parsed = parse(body);
  return parsed.kind === "json" ? parsed.value : expect.unreachable(JSON.stringify(parsed.errors));
}

function errorsOf(body: string | Uint8Array): readonly (readonly [pointer: string | undefined, code: string])[] {
  const parsed = parse(body);
  return parsed.kind === "refused" ? parsed.errors.map(({ pointer, code }) => [pointer, code]) : expect.unreachable(JSON.stringify(parsed.value));
}

/** Codes of what JSON itself allows, and Sluice does not. */
const stricter = ["duplicate-member", "forbidden-member", "nul-character", "lone-surrogate", "number-not-exact", "too-deep", "too-many-values", "too-long"];

/** What `JSON.parse` makes of a text; undefined where it refuses. `-0` counts as `0`. */
function reference(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text, (_name, value: unknown) => (value === 0 ? 0 : value)) };
  } catch {
    return undefined;
  }
}

/** Whatever is accepted, `JSON.parse` reads in the same way; whatever it refuses, is refused as malformed. */
function agrees(text: string): void {
  const parsed = parse(text);
  const expected = reference(text);
  if (parsed.kind === "json") expect({ value: parsed.value }, text).toEqual(expected);
  else if (expected === undefined) expect(parsed.errors.map(({ code }) => code)).toSatisfy((codes: string[]) => codes.some((code) => !stricter.includes(code)));
  else for (const { code } of parsed.errors) expect(stricter, text).toContain(code);
}

describe("strict JSON", () => {
  test("is what JSON.parse reads of any value, in any spelling", () => {
    const spaces = fc.constantFrom("", " ", "\t", "\n", "\r\n", "  ");
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), spaces, fc.constantFrom(undefined, 2, "\t"), (value, space, indent) => {
        agrees(`${space}${JSON.stringify(value, null, indent)}${space}`);
      }),
      { numRuns: 500 },
    );
  });

  test("refuses what JSON.parse refuses, of texts nearly right", () => {
    const pieces = fc.constantFrom(
      ..."{}[]:,\"\\ \n\t0123456789.-+eEtruefalsnu/b'\u0000\u0001é😀".split(""),
      '"a":1',
      "1.5",
      "01",
      "-",
      "1e5",
      '"\\u0041"',
      "\\ud800",
      "null",
      "true",
      "NaN",
      "//",
      "\u00a0",
      "\u2028",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => agrees(parts.join("").toWellFormed())),
      { numRuns: 3_000 },
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), pieces, (text, where, cut, piece) => {
        const at = where % (text.length + 1);
        agrees((text.slice(0, at) + piece + text.slice(at + cut)).toWellFormed());
      }),
      { numRuns: 2_000 },
    );
  });

  test("reads every escape, and text in any script", () => {
    expect(parsed(String.raw`"\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00 é😀 \u2028"`)).toBe('"\\/\b\f\n\r\té😀 é😀 \u2028');
    expect(parsed('{"\\u0061":1,"ß":2}')).toEqual({ a: 1, ß: 2 });
  });

  test("reads -0 in any spelling as 0", () => {
    for (const zero of ["-0", "-0.0", "-0e5", "-0.000e-3"]) expect(Object.is(parsed(zero), 0), zero).toBe(true);
  });

  test("gives objects that inherit nothing", () => {
    const object = parsed('{"constructor":1,"prototype":{"x":1},"hasOwnProperty":null}');
    expect(Object.keys(Object(object))).toEqual(["constructor", "prototype", "hasOwnProperty"]);
    expect(Reflect.get(Object(parsed("{}")), "constructor")).toBeUndefined();
    expect(Reflect.get(Object(parsed("{}")), "toString")).toBeUndefined();
    expect(Reflect.get(Object(parsed("{}")), "__proto__")).toBeUndefined();
  });

  test("changes no prototype, whatever the names of members", () => {
    const names = ["__proto__", "constructor", "prototype", "\\u005f_proto__", "toString"];
    for (const outer of names) for (const inner of names) parse(`{"${outer}":{"${inner}":{"polluted":true},"polluted":true}}`);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(Reflect.get(Object(parsed("{}")), "polluted")).toBeUndefined();
    expect(Reflect.get(() => undefined, "polluted")).toBeUndefined();
  });
});

describe("a body that is no text", () => {
  const bytes = (...all: readonly number[]): Uint8Array => Uint8Array.from(all);
  test.each([
    ["nothing", bytes(), "empty-body"],
    ["white space", bytes(0x20, 0x0a), "empty-body"],
    ["a UTF-8 byte order mark", bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d), "byte-order-mark"],
    ["a byte order mark alone", bytes(0xef, 0xbb, 0xbf), "byte-order-mark"],
    ["UTF-16 LE with a mark", bytes(0xff, 0xfe, 0x7b, 0, 0x7d, 0), "byte-order-mark"],
    ["UTF-16 BE with a mark", bytes(0xfe, 0xff, 0, 0x7b, 0, 0x7d), "byte-order-mark"],
    ["UTF-32 BE with a mark", bytes(0, 0, 0xfe, 0xff, 0, 0, 0, 0x31), "byte-order-mark"],
    ["UTF-16 LE", bytes(0x7b, 0, 0x7d, 0), "invalid-utf-8"],
    ["UTF-16 BE", bytes(0, 0x7b, 0, 0x7d), "invalid-utf-8"],
    ["UTF-32 LE", bytes(0x31, 0, 0, 0), "invalid-utf-8"],
    ["a lone continuation byte", bytes(0x22, 0x80, 0x22), "invalid-utf-8"],
    ["an overlong slash", bytes(0x22, 0xc0, 0xaf, 0x22), "invalid-utf-8"],
    ["an overlong NUL", bytes(0x22, 0xc0, 0x80, 0x22), "invalid-utf-8"],
    ["an encoded surrogate", bytes(0x22, 0xed, 0xa0, 0x80, 0x22), "invalid-utf-8"],
    ["more than U+10FFFF", bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22), "invalid-utf-8"],
    ["a character cut off", bytes(0x22, 0xe2, 0x82), "invalid-utf-8"],
    ["Latin-1", bytes(0x22, 0xe4, 0x22), "invalid-utf-8"],
  ])("is refused for %s", (_what, body, code) => expect(errorsOf(body)).toEqual([["", code]]));

  test("is told the byte where UTF-8 ends, also far inside", () => {
    for (const before of [1, 100, 4_095, 4_096, 4_097, 20_000]) {
      const body = new Uint8Array(before + 2).fill(0x20);
      body[before] = 0xff;
      const parsed = parse(body);
      expect(parsed.kind === "refused" && parsed.errors[0]?.detail).toBe(`The body is not UTF-8 at byte ${before + 1}.`);
    }
  });
});

describe("an error", () => {
  test.each<readonly [string, string, string]>([
    ["{", "", "malformed-json"],
    ['{"a"', "/a", "malformed-json"],
    ['{"a":', "/a", "malformed-json"],
    ['{"a":1', "", "malformed-json"],
    ['{"a":1,', "", "malformed-json"],
    ['{"a":1,}', "", "malformed-json"],
    ['{"a":[1,2,]}', "/a/2", "malformed-json"],
    ['{"a":[1 2]}', "/a", "malformed-json"],
    ['{"a":{"b":tru}}', "/a/b", "malformed-json"],
    ['{"a":{"b":01}}', "/a", "malformed-json"],
    ['{"a":+1}', "/a", "malformed-json"],
    ['{"a":.5}', "/a", "malformed-json"],
    ['{"a":5.}', "", "malformed-json"],
    ['{"a":-}', "/a", "malformed-json"],
    ['{"a":NaN}', "/a", "malformed-json"],
    ['{"a":-Infinity}', "/a", "malformed-json"],
    ['{"a":0x10}', "", "malformed-json"],
    ["{'a':1}", "", "malformed-json"],
    ["{a:1}", "", "malformed-json"],
    ['{"a":"\t"}', "/a", "malformed-json"],
    ['{"a":"\u0000"}', "/a", "malformed-json"],
    ['{"a":"x', "/a", "malformed-json"],
    ['{"a":"x\\', "/a", "malformed-json"],
    ['{"a":"\\x41"}', "/a", "malformed-json"],
    ['{"a":"\\u12g4"}', "/a", "malformed-json"],
    ['{"a":1}/**/', "", "trailing-text"],
    ['{"a":1}{"a":1}', "", "trailing-text"],
    ["1 1", "", "trailing-text"],
    ['{"a":1,"a":2}', "/a", "duplicate-member"],
    ['{"a":1,"\\u0061":1}', "/a", "duplicate-member"],
    ['[{"a":{"b":null,"b":null}}]', "/0/a/b", "duplicate-member"],
    ['{"a/b~c":1,"a/b~c":1}', "/a~1b~0c", "duplicate-member"],
    ['{"":1,"":1}', "/", "duplicate-member"],
    ['{"constructor":1,"constructor":1}', "/constructor", "duplicate-member"],
    ['{"a":{"__proto__":1}}', "/a/__proto__", "forbidden-member"],
    ['{"\\u005f_proto__":1}', "/__proto__", "forbidden-member"],
    ['["\\u0000"]', "/0", "nul-character"],
    ['{"a\\u0000":1}', "", "nul-character"],
    ['["\\ud83d"]', "/0", "lone-surrogate"],
    ['["\\ude00\\ud83d"]', "/0", "lone-surrogate"],
    ['["\\ud83dx"]', "/0", "lone-surrogate"],
    ['{"\\ud83d":1}', "", "lone-surrogate"],
    [`{"${"n".repeat(jsonLimits.name + 1)}":1}`, "", "too-long"],
    [`["${"s".repeat(jsonLimits.string + 1)}"]`, "/0", "too-long"],
  ])("of %s is at %j: %s", (body, pointer, code) => expect(errorsOf(body)).toEqual([[pointer, code]]));

  test("says line and column, counted from 1", () => {
    const parsed = parse('{\n  "a": 1,\r\n  "b": tru\n}');
    expect(parsed.kind === "refused" && parsed.errors).toEqual([
      { pointer: "/b", code: "malformed-json", detail: "Expected a JSON value. (line 3, column 8)" },
    ]);
  });

  test("does not hide others that can be told as well", () => {
    expect(errorsOf('{"a":1,"a":1e400,"b":["\\u0000",{"__proto__":1}],"c":12345678901234567890')).toEqual([
      ["/a", "duplicate-member"],
      ["/a", "number-not-exact"],
      ["/b/0", "nul-character"],
      ["/b/1/__proto__", "forbidden-member"],
      ["/c", "number-not-exact"],
      ["", "malformed-json"],
    ]);
    expect(errorsOf(`[${"1e999,".repeat(500)}1]`)).toHaveLength(20);
  });

  test("echoes no more than 100 characters of what was sent, and no half character", () => {
    const parsed = parse(`{"${"n".repeat(99)}😀${"x".repeat(5_000)}":"${"\\u0000".repeat(5_000)}"}`);
    const errors = parsed.kind === "refused" ? parsed.errors : [];
    expect(errors.map(({ code }) => code)).toEqual(["too-long", "nul-character"]);
    for (const { pointer = "", detail } of errors) {
      expect(pointer.isWellFormed()).toBe(true);
      expect(pointer.length + detail.length).toBeLessThan(200);
    }
  });
});

describe("a number", () => {
  test("is held exactly where writing its double gives the same number", () => {
    const literals = [
      ...["0", "1", "-1", "0.1", "1.50", "1.0", "1e2", "1E+2", "1e-7", "0.30", "123456789012345", "9007199254740991", "9007199254740992", "-9007199254740992"],
      ...["1e22", "1e23", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "0.000000000000000000000000000001", "12345678901234567000", "1e308"],
      ...["0e999999999", `0.${"0".repeat(400)}`, `1${"0".repeat(200)}`, `${"1".repeat(15)}${"0".repeat(30)}`, `0.5${"0".repeat(500)}`],
    ];
    for (const literal of literals) expect(parsed(literal), literal.slice(0, 50)).toBe(Number(literal));
  });

  test("is refused where its double is another one", () => {
    const literals = [
      ...[
        "12345678901234567890",
        "9007199254740993",
        "-9007199254740993",
        "0.1000000000000000055511151231257827",
        "1.00000000000000001",
        "123456789.123456789123",
      ],
      ...[
        "1e400",
        "-1e400",
        "1e309",
        "1e-400",
        "1e-324",
        "4e-324",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "9".repeat(5_000),
        `0.${"1".repeat(40)}`,
      ],
    ];
    for (const literal of literals) expect(errorsOf(`{"n":${literal}}`), literal.slice(0, 50)).toEqual([["/n", "number-not-exact"]]);
  });

  test("is accepted just when its double leads back to it", () => {
    const digits = fc.stringMatching(/^(?:0|[1-9]\d{0,20})(?:\.\d{1,20})?(?:e-?\d{1,2})?$/);
    fc.assert(
      fc.property(digits, (literal) => {
        const sameNumber = Number.isFinite(Number(literal)) && asFraction(literal) === asFraction(String(Number(literal)));
        expect(parse(literal).kind).toBe(sameNumber ? "json" : "refused");
      }),
      { numRuns: 2_000 },
    );
    const doubles = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
    fc.assert(fc.property(doubles, (double) => void expect(parsed(String(double))).toBe(double + 0)));
  });

  /** An exact multiple of 10^-150: another way to compare decimals than by their digits. */
  function asFraction(literal: string): bigint {
    const [mantissa = "", exponent = "0"] = literal.split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    return BigInt(whole + fraction) * 10n ** BigInt(150 - fraction.length + Number(exponent));
  }
});

describe("the limits", () => {
  test("32 objects and lists inside each other are read, 33 are not", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    const members = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(parse(nested(32)).kind).toBe("json");
    expect(parse(members(32)).kind).toBe("json");
    expect(errorsOf(nested(33))).toEqual([["/0".repeat(32), "too-deep"]]);
    expect(errorsOf(members(33))).toEqual([["/a".repeat(32), "too-deep"]]);
    expect(errorsOf("[".repeat(1_000_000))).toEqual([["/0".repeat(32), "too-deep"]]);
  });

  test("10,000 members and elements are read, 10,001 are not, wherever they stand", () => {
    const list = (count: number): string => `[${"0,".repeat(count - 1)}0]`;
    expect(parse(list(10_000)).kind).toBe("json");
    expect(errorsOf(list(10_001))).toEqual([["", "too-many-values"]]);
    expect(parse(`{"a":${list(5_000)},"b":${list(4_998)}}`).kind).toBe("json");
    expect(errorsOf(`{"a":${list(5_000)},"b":${list(4_999)}}`)).toEqual([["", "too-many-values"]]);
  });

  test("names of 100 and texts of 65,536 characters are read", () => {
    expect(parse(`{"${"n".repeat(100)}":"${"s".repeat(65_536)}"}`).kind).toBe("json");
  });
});
