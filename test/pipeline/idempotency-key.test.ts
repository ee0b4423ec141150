/** The Idempotency-Key header: a structured-field string or a bare key, and nothing else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isIdempotencyKey, parseIdempotencyKey } from "#pipeline/idempotency-key.ts";
import { problemOf } from "../support/problem-of.ts";

const uuid = "8e03978e-40d5-43dd-bc93-6894a57f9324";

describe("an Idempotency-Key", () => {
  test("is the same key quoted and bare", () => {
    expect(parseIdempotencyKey(`"${uuid}"`, true)).toBe(uuid);
    expect(parseIdempotencyKey(uuid, true)).toBe(uuid);
  });

  test.each([
    ["spaces around it", `  "${uuid}" `, uuid],
    ["escaped quotes and backslashes", String.raw`"order \"4711\" \\ EU 01"`, 'order "4711" \\ EU 01'],
    ["any printable ASCII", `"${" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"}"`, " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"],
    ["16 characters", '"0123456789abcdef"', "0123456789abcdef"],
    ["255 characters", `"${"k".repeat(255)}"`, "k".repeat(255)],
    ["255 characters and escapes beside them", `"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
    ["255 bare characters", "k".repeat(255), "k".repeat(255)],
    ["every safe character, bare", "ABCxyz019-._~:+/=", "ABCxyz019-._~:+/="],
    ["a parameter without a value", `"${uuid}";new`, uuid],
    ["parameters of every type", `"${uuid}";a=1; b=-2.5;c=?1;d="x;\\"y";e=tok/en:1;f=:aGk=:;*g=@1700000000;h=%"f%c3%bc"`, uuid],
  ])("may have %s", (_what, header, key) => expect(parseIdempotencyKey(header, true)).toBe(key));

  test.each([
    ["nothing", ""],
    ["spaces", "   "],
    ["an empty string", '""'],
    ["15 characters", '"0123456789abcde"'],
    ["15 bare characters", "0123456789abcde"],
    ["what broken clients send", "undefined"],
    ["the same, quoted", '"[object Object]"'],
    ["256 characters", `"${"k".repeat(256)}"`],
    ["256 bare characters", "k".repeat(256)],
    ["no closing quote", `"${uuid}`],
    ["no opening quote", `${uuid}"`],
    ["a quote inside", `"${uuid}"${uuid}"`],
    ["another escape", String.raw`"0123456789abcdef\n"`],
    ["an escape at the end", `"${uuid}\\"`],
    ["a tab", `"${uuid}\t"`],
    ["a control character", `"${uuid}\u007f"`],
    ["text beyond ASCII", `"${uuid}é"`],
    ["a bare space", "0123456789 abcdef"],
    ["a bare comma", `${uuid},${uuid}`],
    ["a list", `"${uuid}", "${uuid}"`],
    ["single quotes", `'${uuid}'`],
    ["another structured type", `:${Buffer.from(uuid).toString("base64")}:;a=1`],
    ["bare text with parameters", `${uuid};a=1`],
    ["a parameter without a name", `"${uuid}";`],
    ["a parameter in upper case", `"${uuid}";A=1`],
    ["a parameter without its value", `"${uuid}";a=`],
    ["a parameter with a malformed value", `"${uuid}";a="x`],
    ["a space before a parameter", `"${uuid}" ;a=1`],
    ["too long a number in a parameter", `"${uuid}";a=1234567890123456`],
  ])("is malformed with %s", async (_what, header) => {
    for (const required of [true, false]) {
      expect(await problemOf(() => parseIdempotencyKey(header, required))).toMatchObject({
        code: "idempotency-key-malformed",
        status: 400,
        errors: [{ header: "Idempotency-Key" }],
      });
    }
  });

  test("that is absent is refused just where it is required", async () => {
    expect(parseIdempotencyKey(undefined, false)).toBeUndefined();
    expect(await problemOf(() => parseIdempotencyKey(undefined, true))).toMatchObject({ code: "idempotency-key-required", status: 400 });
  });

  test("that may be one comes back from its quotes", () => {
    const printable = fc.string({
      unit: fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))),
      minLength: 16,
      maxLength: 255,
    });
    fc.assert(
      fc.property(printable, (key) => {
        expect(isIdempotencyKey(key)).toBe(true);
        expect(parseIdempotencyKey(`"${key.replace(/["\\]/g, "\\$&")}"`, true)).toBe(key);
      }),
    );
  });

  test("is not echoed when it is refused", async () => {
    const problem = await problemOf(() => parseIdempotencyKey(`${"secret ".repeat(50)}`, true));
    expect(JSON.stringify([problem.detail, problem.errors])).not.toContain("secret");
  });

  test("takes no longer than its length, whatever it is made of", () => {
    for (const header of [
      `"${"\\".repeat(16_000)}`,
      `"${uuid}"${";a".repeat(5_000)}!`,
      `"${uuid}";a=${"1".repeat(16_000)}`,
      "=".repeat(16_000),
      `"${uuid}";a=%"${"%c3".repeat(5_000)}`,
    ]) {
      expect(() => parseIdempotencyKey(header, true)).toThrow();
    }
  });
});

test("texts outside of headers are keys by the same measure", () => {
  expect(isIdempotencyKey(uuid)).toBe(true);
  for (const text of ["", "short", "k".repeat(256), `${uuid}\n`, `${uuid}ü`]) expect(isIdempotencyKey(text), text).toBe(false);
});
