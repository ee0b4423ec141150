/** Fingerprints: the same for a repetition, another for anything else. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprint, keyHash, type WriteRequest } from "#pipeline/fingerprint.ts";
import { parseStrictJson } from "#pipeline/strict-json.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const request: WriteRequest = {
  method: "POST",
  route: "/v1/orders/{id}/cancel",
  path: "/v1/orders/123/cancel",
  parameters: new Map([
    ["a", "1"],
    ["b", "2"],
  ]),
  version: "2026-05-01",
  mediaType: "application/json",
  body: { reason: "late", items: [1, 2] },
};

const of = (changes: Partial<WriteRequest> = {}): string => hex(fingerprint({ ...request, ...changes }));

describe("a fingerprint", () => {
  test("is SHA-256 over the parts, each behind its length", () => {
    const parts = ["POST", "/v1/orders/{id}/cancel", "/v1/orders/123/cancel", "4", "a", "1", "b", "2", "2026-05-01", "application/json"];
    const framed = ["sluice request v1", ...parts, '{"items":[1,2],"reason":"late"}'].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
    expect(of()).toBe(createHash("sha256").update(framed).digest("hex"));
  });

  test("does not depend on the order of parameters or members", () => {
    expect(of({ parameters: new Map([...request.parameters].reverse()) })).toBe(of());
    expect(of({ body: { items: [1, 2], reason: "late" } })).toBe(of());
  });

  test.each<readonly [string, Partial<WriteRequest>]>([
    ["method", { method: "PATCH" }],
    ["route", { route: "/v1/orders/{id}/close" }],
    ["path", { path: "/v1/orders/124/cancel" }],
    [
      "parameter's value",
      {
        parameters: new Map([
          ["a", "1"],
          ["b", "3"],
        ]),
      },
    ],
    [
      "parameter's name",
      {
        parameters: new Map([
          ["a", "1"],
          ["c", "2"],
        ]),
      },
    ],
    ["number of parameters", { parameters: new Map([["a", "1"]]) }],
    ["version", { version: "2026-05-02" }],
    ["media type", { mediaType: "application/merge-patch+json" }],
    ["value in the body", { body: { reason: "late", items: [1, 3] } }],
    ["order of a list", { body: { reason: "late", items: [2, 1] } }],
    ["type in the body", { body: { reason: "late", items: [1, "2"] } }],
    ["member added", { body: { reason: "late", items: [1, 2], note: null } }],
  ])("differs by another %s", (_what, changes) => expect(of(changes)).not.toBe(of()));

  test("tells an absent body from null, {} and an empty text", () => {
    const bodies = [undefined, null, {}, [], "", 0, false].map((body) => of({ body }));
    expect(new Set(bodies).size).toBe(bodies.length);
  });

  test("is the same for 1, 1.0 and 1e0, and another for numbers that are not equal", () => {
    const ofText = (text: string): string => {
      const parsed = parseStrictJson(new TextEncoder().encode(text));
      return parsed.kind === "json" ? of({ body: parsed.value }) : expect.unreachable(text);
    };
    expect(new Set(["1", "1.0", "1e0", "10e-1"].map(ofText)).size).toBe(1);
    expect(new Set(["0", "-0", "0.0"].map(ofText)).size).toBe(1);
    expect(new Set(["9007199254740991", "9007199254740992", "0.1", "0.10000000000000002"].map(ofText)).size).toBe(4);
  });

  test("has no two different requests in common, however their parts are cut", () => {
    const part = fc.constantFrom("", "0:", "1:a", "a", "1", "2", ":", "é");
    const parameters = fc.uniqueArray(fc.tuple(part, part), { maxLength: 3, selector: ([name]) => name });
    const requests = fc.record({ method: part, route: part, path: part, parameters, version: part, mediaType: part });
    const normal = (one: { parameters: [string, string][] }): string =>
      JSON.stringify({ ...one, parameters: [...one.parameters].sort(([a], [b]) => (a < b ? -1 : 1)) });
    const digest = (one: Omit<WriteRequest, "parameters" | "body"> & { parameters: [string, string][] }): string =>
      hex(fingerprint({ ...one, parameters: new Map(one.parameters), body: undefined }));
    fc.assert(
      fc.property(requests, requests, (one, other) => {
        expect(digest(one) === digest(other)).toBe(normal(one) === normal(other));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a key's hash", () => {
  test("is 16 bytes and depends on partner, environment and key", () => {
    expect(keyHash("p", "live", "k").length).toBe(16);
    const all = [keyHash("p", "live", "k"), keyHash("q", "live", "k"), keyHash("p", "test", "k"), keyHash("p", "live", "l")].map(hex);
    expect(new Set(all).size).toBe(4);
    expect(hex(keyHash("p", "live", "k"))).toBe(all[0]);
  });

  test("does not run one part into the next", () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string(), fc.string()), fc.nat(), (triple, cut) => {
        const joined = triple.join("");
        const at = cut % (joined.length + 1);
        const other = [joined.slice(0, at), joined.slice(at), ""] as const;
        expect(hex(keyHash(...triple)) === hex(keyHash(...other))).toBe(JSON.stringify(triple) === JSON.stringify(other));
      }),
    );
  });
});
