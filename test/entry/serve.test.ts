/** The HTTP server on raw connections: what is no HTTP, what is too large, and an end that lets requests finish. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Handler, type HttpServer, serve } from "../../src/entry/serve.ts";

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

async function listen(handler: Handler): Promise<number> {
  server = await serve({
    host: "127.0.0.1",
    port: 0,
    handler,
    render: (problem) => ({ status: problem.status, headers: { "Content-Type": "application/problem+json" }, body: JSON.stringify({ code: problem.code }) }),
  });
  return server.address.port;
}

/** Sends bytes, and resolves to everything that came back until the connection was closed. */
function send(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => undefined).on("close", () => resolve(text));
    for (const piece of pieces) socket.write(piece);
  });
}

test.for([
  ["no HTTP at all", "HELO mail.example.com\r\n\r\n", 400],
  ["a TLS greeting", Buffer.from("16030100c8010000c40303", "hex"), 400],
  ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a NUL in a header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400],
  ["a blank before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400],
  ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
  ["length and chunks together", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  ["a chunk size that is none", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400],
  ["headers of 20 KB", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ["a target of 20 KB", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ["a host that is none", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
  ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
] as const)("%s gets one problem document and a closed connection", async ([, bytes, status]) => {
  const port = await listen(async (request) => {
    await request.text();
    return new Response("reached");
  });
  const answer = await send(port, bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer.toLowerCase()).toContain("content-type: application/problem+json");
  expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
  expect(answer).not.toContain("reached");
});

test("repeated headers reach the gateway as they were sent, and the target before anything normalises it", async () => {
  const seen: unknown[] = [];
  const port = await listen(async (_request, origin) => {
    seen.push(origin);
    return new Response("ok");
  });
  await send(port, "GET /a/../b/%2e%2e/c?x=1&x=2 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\nConnection: close\r\n\r\n");
  expect(seen).toEqual([
    {
      rawTarget: "/a/../b/%2e%2e/c?x=1&x=2",
      rawHeaders: ["Host", "x", "Authorization", "Bearer a", "authorization", "Bearer b", "Connection", "close"],
      address: "127.0.0.1",
    },
  ]);
});

test("junk after a request that is being answered neither takes its answer away nor gets one into it", async () => {
  const port = await listen(async () => {
    await sleep(100);
    return new Response("slow");
  });
  for (const junk of ["JUNK\r\n\r\n", `${"x".repeat(20_000)}`, "\0\0\0\0"]) {
    const answer = await send(port, `GET / HTTP/1.1\r\nHost: x\r\n\r\n${junk}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
    expect(answer.endsWith("slow")).toBe(true);
  }
});

test("closing lets a request underway finish, keeps nobody's idle connection, and refuses new ones", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const port = await listen(async (request) => {
    if (request.url.endsWith("/slow")) await held;
    return new Response("done");
  });
  const idle = send(port, "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n");
  const slow = send(port, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  await sleep(100);
  const closed = server?.close(10_000);
  expect(await idle).toContain("done");
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  release();
  expect(await slow).toContain("done");
  await closed;
});

test("closing cuts off what does not finish in time", async () => {
  const port = await listen(() => new Promise<never>(() => undefined));
  const stuck = send(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await sleep(50);
  await server?.close(100);
  expect(await stuck).toBe("");
});
