/** The kind of body a write carries: JSON in UTF-8, or 415. */
import { describe, expect, test } from "vitest";
import { mediaTypeOf } from "#pipeline/media-type.ts";
import { problemOf } from "../support/problem-of.ts";

describe("a body's media type", () => {
  test.each([
    "application/json",
    "Application/JSON",
    " application/json ",
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    'application/json ; CHARSET="Utf-8"',
    "application/json;",
    "application/json; ; charset=utf-8",
  ])("%j is JSON", (value) => {
    for (const method of ["POST", "PATCH", "DELETE"]) expect(mediaTypeOf(method, [["content-type", value]])).toBe("application/json");
  });

  test("application/merge-patch+json is one of PATCH alone", async () => {
    const headers = [["content-type", "application/merge-patch+json; charset=utf-8"]] as const;
    expect(mediaTypeOf("PATCH", headers)).toBe("application/merge-patch+json");
    expect(await problemOf(() => mediaTypeOf("POST", headers))).toMatchObject({ status: 415, headers: { Accept: "application/json", Connection: "close" } });
  });

  test.each([
    "",
    "json",
    "text/json",
    "text/plain",
    "application/json5",
    "application/x-json",
    "application/vnd.api+json",
    "application/json-patch+json",
    "application/json, application/json",
    "application/json, text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/json; charset=utf8",
    "application/json; charset=iso-8859-1",
    "application/json; charset=",
    "application/json; charset=utf-8; charset=utf-8",
    "application/json; charset=utf-8; charset=utf-16",
    "application/json; boundary=x",
    "application/json; charset = utf-8",
    "application/json charset=utf-8",
    "application/json; charset='utf-8'",
    "application /json",
  ])("%j is not supported", async (value) => {
    expect(await problemOf(() => mediaTypeOf("POST", [["content-type", value]]))).toMatchObject({
      code: "unsupported-media-type",
      status: 415,
      errors: [{ header: "Content-Type" }],
    });
  });

  test("has to be named", async () => {
    expect(await problemOf(() => mediaTypeOf("POST", []))).toMatchObject({ code: "unsupported-media-type", errors: [{ header: "Content-Type" }] });
  });

  test.each(["gzip", "GZIP", "br", "deflate", "zstd", "x-gzip", "identity, gzip", "", "utf-8"])("is of no use under Content-Encoding %j", async (value) => {
    const headers = [
      ["content-type", "application/json"],
      ["content-encoding", value],
    ] as const;
    expect(await problemOf(() => mediaTypeOf("POST", headers))).toMatchObject({
      code: "unsupported-media-type",
      status: 415,
      errors: [{ header: "Content-Encoding", code: "unsupported-encoding" }],
      headers: { "Accept-Encoding": "identity", Connection: "close" },
    });
  });

  test("may be encoded by identity, which is not at all", () => {
    expect(
      mediaTypeOf("POST", [
        ["content-encoding", "Identity"],
        ["content-type", "application/json"],
      ]),
    ).toBe("application/json");
  });
});
