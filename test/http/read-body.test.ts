/** Bodies are read whole and within limits, from streams and over real connections. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpServer, serve } from "#entry/serve.ts";
import { problemDocument } from "#http/problem-document.ts";
import { readBody } from "#http/read-body.ts";
import { Problem } from "#lib/problems.ts";
import { problemOf } from "../support/problem-of.ts";
import { type RawAnswer, type RawOptions, sendRaw } from "../support/raw-http.ts";

const limit = 1_000;
type Headers = readonly (readonly [string, string])[];
const json: Headers = [["content-type", "application/json"]];

/** A request as a runtime hands it over, its body in chunks of these sizes. */
function streamed(sizes: readonly number[], options: { readonly method?: string; readonly failsAfter?: boolean } = {}) {
  const taken = { chunks: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[taken.chunks];
        taken.chunks += 1;
        if (size !== undefined) controller.enqueue(new Uint8Array(size).fill(0x31));
        else if (options.failsAfter === true) controller.error(new Error("connection lost"));
        else controller.close();
      },
      cancel() {
        taken.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { request: new Request("http://localhost/", { method: options.method ?? "POST", body, duplex: "half" }), taken };
}

describe("a body", () => {
  const chunked: Headers = [...json, ["transfer-encoding", "chunked"]];

  test("is read whole, in however many chunks it comes", async () => {
    for (const sizes of [[1], [500, 500], [1_000], [0, 7, 0, 3], Array.from({ length: 1_000 }, () => 1)]) {
      const length = sizes.reduce((sum, size) => sum + size, 0);
      expect((await readBody(streamed(sizes).request, chunked, limit))?.length).toBe(length);
      expect((await readBody(streamed(sizes).request, [...json, ["content-length", String(length)]], limit))?.length).toBe(length);
      expect((await readBody(streamed(sizes).request, json, limit))?.length).toBe(length);
    }
  });

  test("keeps its bytes", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const request = () => new Request("http://localhost/", { method: "POST", body: bytes });
    expect(await readBody(request(), [...json, ["content-length", "256"]], limit)).toEqual(bytes);
    expect(await readBody(request(), chunked, limit)).toEqual(bytes);
  });

  test("that is absent or empty is none, of whatever kind", async () => {
    const none = () => new Request("http://localhost/", { method: "POST" });
    for (const headers of [
      [],
      [["content-type", "text/plain"]],
      [["content-length", "0"]],
      [
        ["content-length", "000"],
        ["content-encoding", "gzip"],
      ],
    ] as const) {
      expect(await readBody(none(), headers, limit)).toBeUndefined();
    }
    expect(await readBody(streamed([]).request, chunked, limit)).toBeUndefined();
  });

  test("that is declared too large is refused unread", async () => {
    for (const length of ["1001", "999999999999999999999999999"]) {
      const { request, taken } = streamed([1_001]);
      const problem = await problemOf(() => readBody(request, [...json, ["content-length", length]], limit));
      expect(problem).toMatchObject({ code: "body-too-large", status: 413, headers: { Connection: "close" } });
      expect(problem.detail).toContain("1000");
      expect(taken.chunks).toBe(0);
    }
  });

  test("that turns out too large is read no further", async () => {
    const { request, taken } = streamed(Array.from({ length: 100 }, () => 400));
    expect(await problemOf(() => readBody(request, chunked, limit))).toMatchObject({ code: "body-too-large", status: 413 });
    expect(taken.chunks).toBeLessThanOrEqual(4);
    expect(taken.cancelled).toBe(true);
  });

  test("that is longer or shorter than declared is refused where the runtime did not", async () => {
    expect(await problemOf(() => readBody(streamed([2_000]).request, [...json, ["content-length", "10"]], limit))).toMatchObject({ status: 413 });
    expect(await problemOf(() => readBody(streamed([5]).request, [...json, ["content-length", "10"]], limit))).toMatchObject({
      code: "malformed-body",
      status: 400,
      errors: [{ pointer: "", code: "incomplete" }],
    });
  });

  test("that ends in an error is 400", async () => {
    for (const headers of [chunked, json, [...json, ["content-length", "10"]]] as const) {
      expect(await problemOf(() => readBody(streamed([5], { failsAfter: true }).request, headers, limit))).toMatchObject({
        code: "malformed-body",
        status: 400,
        errors: [{ pointer: "", code: "incomplete" }],
        headers: { Connection: "close" },
      });
    }
  });

  test("of another kind is refused before it is read, or once it shows where nothing announced it", async () => {
    for (const framing of [
      ["transfer-encoding", "chunked"],
      ["content-length", "5"],
    ] as const) {
      const { request, taken } = streamed([5]);
      expect(await problemOf(() => readBody(request, [["content-type", "text/plain"], framing], limit))).toMatchObject({ status: 415 });
      expect(taken.chunks).toBe(0);
    }
    expect(await problemOf(() => readBody(streamed([5]).request, [["content-type", "text/plain"]], limit))).toMatchObject({ status: 415 });
    expect(await problemOf(() => readBody(streamed([5]).request, [], limit))).toMatchObject({ status: 415 });
  });

  test("of a PATCH may be a merge patch", async () => {
    const headers: Headers = [
      ["content-type", "application/merge-patch+json"],
      ["transfer-encoding", "chunked"],
    ];
    expect((await readBody(streamed([5], { method: "PATCH" }).request, headers, limit))?.length).toBe(5);
    expect(await problemOf(() => readBody(streamed([5]).request, headers, limit))).toMatchObject({ status: 415 });
  });

  test("framed both by length and in chunks is 400", async () => {
    for (const length of ["5", "0"]) {
      const headers: Headers = [...json, ["content-length", length], ["transfer-encoding", "chunked"]];
      expect(await problemOf(() => readBody(streamed([5]).request, headers, limit))).toMatchObject({ status: 400, errors: [{ header: "Content-Length" }] });
    }
  });

  test("without a length that is one is 400", async () => {
    for (const value of ["-1", "1e3", "0x10", "ten", "1,1", "+5"]) {
      expect(await problemOf(() => readBody(streamed([5]).request, [...json, ["content-length", value]], limit))).toMatchObject({
        code: "bad-request-line",
        errors: [{ header: "Content-Length" }],
      });
    }
  });
});

describe("over a connection, a body", () => {
  let server: HttpServer;
  /** How reading ended, request by request. */
  const ends: (number | string)[] = [];

  beforeAll(async () => {
    const answer = (problem: Problem): Response => {
      const { status, headers, body } = problemDocument(problem, "id", "");
      return new Response(body, { status, headers });
    };
    server = await serve({
      host: "127.0.0.1",
      port: 0,
      render: (problem) => problemDocument(problem, "id", ""),
      handler: async (request, { rawHeaders }) => {
        const headers: [string, string][] = [];
        for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([(rawHeaders[at] ?? "").toLowerCase(), rawHeaders[at + 1] ?? ""]);
        try {
          const bytes = await readBody(request, headers, limit);
          ends.push(bytes?.length ?? "none");
          return Response.json({ length: bytes?.length ?? null });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          ends.push(error.code);
          return answer(error);
        }
      },
    });
  });
  afterAll(() => server.close(0));

  const post = (headers: readonly string[], body: string, options?: RawOptions): Promise<RawAnswer> =>
    sendRaw(server.address.port, ["POST / HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...headers, "", body].join("\r\n"), options);
  const outcome = async (headers: readonly string[], body: string, options?: RawOptions) => {
    const { status, body: text } = await post(headers, body, options);
    const parsed: Record<string, unknown> = JSON.parse(text);
    return [status, parsed["length"] ?? parsed["code"] ?? null];
  };
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

  test("arrives by length or in chunks, at once or byte by byte", async () => {
    expect(await outcome(["Content-Length: 5"], "12345")).toEqual([200, 5]);
    expect(await outcome(["Content-Length: 1000"], "1".repeat(1_000))).toEqual([200, 1_000]);
    expect(await outcome(["Transfer-Encoding: chunked"], `${chunk("123")}${chunk("45")}0\r\n\r\n`)).toEqual([200, 5]);
    expect(await outcome(["Transfer-Encoding: chunked"], `${chunk("123")}${chunk("45")}0\r\n\r\n`, { pauseMs: 1 })).toEqual([200, 5]);
    expect(await outcome(["Content-Length: 5"], "12345", { pauseMs: 1 })).toEqual([200, 5]);
    expect(await outcome(["Transfer-Encoding: chunked"], "0\r\n\r\n")).toEqual([200, null]);
    expect(await outcome([], "")).toEqual([200, null]);
    expect(await outcome(["Content-Length: 5", "Expect: 100-continue"], "12345")).toEqual([200, 5]);
  });

  test("that is too large is answered before it has come, and the connection is closed", async () => {
    const declared = await post(["Content-Length: 100000000"], "1".repeat(2_000), { untilClosed: true });
    expect([declared.status, declared.headers.get("connection"), declared.closed]).toEqual([413, "close", true]);
    const inChunks = await post(["Transfer-Encoding: chunked"], chunk("1".repeat(2_000)), { untilClosed: true });
    expect([inChunks.status, inChunks.headers.get("connection"), inChunks.closed]).toEqual([413, "close", true]);
  });

  test("without an end is cut off near the limit, whatever the client still sends", async () => {
    const socket = connect({ host: "127.0.0.1", port: server.address.port });
    let received = "";
    let sent = 0;
    socket.on("data", (data) => {
      received += data.toString("latin1");
    });
    socket.on("error", () => undefined); // the server hangs up while this side still writes
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    const flood = setInterval(() => {
      if (socket.writable) socket.write(chunk("1".repeat(500)));
      sent += 500;
    }, 5);
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(flood);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(1_000_000);
  });

  test("that the client cuts off counts as none", async () => {
    for (const framing of ["Content-Length: 10", "Transfer-Encoding: chunked"]) {
      const before = ends.length;
      const socket = connect({ host: "127.0.0.1", port: server.address.port });
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${framing}\r\n\r\n${framing.startsWith("C") ? "12345" : chunk("12345")}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
      await expect.poll(() => ends.slice(before)).toEqual(["malformed-body"]);
    }
  });

  test("framed in two ways or malformed is no HTTP", async () => {
    for (const headers of [
      ["Content-Length: 5", "Transfer-Encoding: chunked"],
      ["Content-Length: 5", "Content-Length: 6"],
      ["Content-Length: -5"],
      ["Content-Length: 5x"],
      ["Content-Length: 99999999999999999999999999"],
      ["Transfer-Encoding: gzip"],
    ]) {
      expect(await outcome(headers, "12345"), headers.join()).toEqual([400, "bad-request-line"]);
    }
    for (const body of ["zz\r\n12345\r\n0\r\n\r\n", "-5\r\n12345\r\n0\r\n\r\n", "5\r\n1234567\r\n0\r\n\r\n", "fffffffffffffffff\r\n1"]) {
      expect((await outcome(["Transfer-Encoding: chunked"], body))[0], body).toBe(400);
    }
  });

  test("that goes on behind its length is another request, and no HTTP", async () => {
    const { status, body } = await post(["Content-Length: 5"], '12345{"more":1}\r\n\r\n', { untilClosed: true });
    expect(status).toBe(200);
    expect(body).not.toContain("more");
  });
});
