/** The HTTP server on Node: its limits, its answers to what is no HTTP, and an end that lets requests finish. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener, RequestError } from "@hono/node-server";
import { Problem } from "#lib/problems.ts";
import { type ClientAddress, clientAddress } from "./client-address.ts";

/** What the adapter knows of a request and `Request` does not say: Node joins and drops repeated headers silently. */
export interface RequestOrigin {
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** The request target as it was sent. */
  readonly rawTarget: string;
  /** Of the client, in canonical form; missing where a trusted proxy does not tell. */
  readonly address?: string;
}

export type Handler = (request: Request, origin: RequestOrigin) => Promise<Response> | Response;

/** A response whose whole body is at hand. */
export interface FullResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: Handler;
  /** Renders problems of requests that never reach the handler. */
  readonly render: (problem: Problem) => FullResponse;
  /** Without it, whoever is at the other end of the connection is the client. */
  readonly clientAddress?: ClientAddress;
}

export interface HttpServer {
  readonly address: AddressInfo;
  /** Takes no new connections, waits for the requests underway, at most `graceMs`, then cuts off the rest. */
  close(graceMs: number): Promise<void>;
}

/** Rejects with the error of `listen`, whose `code` is `EADDRINUSE` when the port is busy. */
export async function serve(options: ServeOptions): Promise<HttpServer> {
  const clientOf = options.clientAddress ?? clientAddress({ ranges: [], header: "x-forwarded-for" });
  const server = createServer(
    {
      maxHeaderSize: 16_384, // Beyond it: 431.
      headersTimeout: 10_000, // A client that drips its headers is cut off.
      requestTimeout: 30_000, // The same for its body.
      keepAliveTimeout: 65_000, // Longer than the 60 s of common load balancers, or they meet closed connections.
      connectionsCheckingInterval: 2_000,
      requireHostHeader: false, // Its absence is answered below, with a problem document.
    },
    getRequestListener(
      (request, { incoming }) =>
        isHttp1(incoming) ? options.handler(request, originOf(incoming, clientOf)) : toResponse(options.render(problemOf(undefined))),
      {
        errorHandler: (error) => toResponse(options.render(problemOfAdapter(error))),
      },
    ),
  );
  answerWhatIsNoHttp(server, options.render);
  answerWhatIsNotOffered(server, options.render);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return { address: addressOf(server), close: (graceMs) => close(server, graceMs) };
}

/** Node's parser also takes a request line without a version (HTTP/0.9) and one that says HTTP/2.0. */
function isHttp1({ httpVersion }: { httpVersion: string }): boolean {
  return httpVersion === "1.1" || httpVersion === "1.0";
}

type Incoming = { readonly rawHeaders: string[]; readonly url?: string | undefined; readonly socket?: { readonly remoteAddress?: string | undefined } };

function originOf({ rawHeaders, url, socket }: Incoming, clientOf: ClientAddress): RequestOrigin {
  const address = clientOf(socket?.remoteAddress, rawHeaders);
  return { rawHeaders, rawTarget: url ?? "", ...(address !== undefined && { address }) };
}

async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  let done = false;
  void closed.then(() => {
    done = true;
  });
  for (const end = Date.now() + graceMs; !done && Date.now() < end; await sleep(20)) server.closeIdleConnections();
  server.closeAllConnections();
  await closed;
}

/** Node leaves it to the application to answer what its parser refuses. */
function answerWhatIsNoHttp(server: Server, render: ServeOptions["render"]): void {
  const underway = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  server.on("request", (request, response) => {
    underway.set(request.socket, { request, response });
    response.once("close", () => underway.delete(request.socket));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    // What came after a complete request must not be answered in its place, nor into the middle of its response. That one
    // is still sent: a write that took effect must not go unanswered for the bytes behind it.
    const current = underway.get(socket);
    if (current !== undefined && (current.request.complete || current.response.headersSent)) {
      if (!current.response.headersSent) current.response.setHeader("Connection", "close");
      current.response.once("close", () => socket.end(() => socket.destroy()));
      return;
    }
    endWith(socket, render(problemOf(error.code)));
  });
}

/** Writes a whole response and closes the connection. */
function endWith(socket: Duplex, { status, headers, body }: FullResponse): void {
  const all = { ...headers, "Content-Length": String(Buffer.byteLength(body ?? "")), Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body ?? ""}`);
}

/** Node would close a CONNECT without a word, and answer an unknown Expect with an empty 417. */
function answerWhatIsNotOffered(server: Server, render: ServeOptions["render"]): void {
  server.on("connect", (_request, socket) => {
    socket.on("error", () => socket.destroy());
    endWith(socket, render(new Problem("method-not-allowed", "This is no proxy.", { headers: { Allow: "GET, HEAD" } })));
  });
  server.on("checkExpectation", (_request, response) => {
    const errors = [{ header: "Expect", code: "unsupported-header", detail: "Leave it out, or send 100-continue." }];
    const { status, headers, body } = render(new Problem("bad-request-line", "The header Expect cannot be accepted.", { errors }));
    response.writeHead(status, { ...headers, Connection: "close" }).end(body);
  });
}

/** A handler answers for its own failures; one that throws all the same is not the caller's fault. */
function problemOfAdapter(error: unknown): Problem {
  if (error instanceof RequestError) return new Problem("bad-request-line", "The request line or the Host header is not well formed.");
  return new Problem("internal-error", "Something failed inside the gateway.");
}

function problemOf(code: string | undefined): Problem {
  if (code === "HPE_HEADER_OVERFLOW") return new Problem("headers-too-large", "Request line and headers together take at most 16 KB.");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new Problem("request-timeout", "The request did not arrive in time.");
  return new Problem("bad-request-line", "This is not a well-formed HTTP/1.1 request.");
}

export function toResponse({ status, headers, body }: FullResponse): Response {
  return new Response(body, { status, headers });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no TCP port.");
  return address;
}
