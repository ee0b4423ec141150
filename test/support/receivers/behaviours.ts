/** What a receiver of webhooks may do with a request: take it, as it should, or any of the ways in which receivers misbehave. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import { createGzip } from "node:zlib";

/** A request that was read to its end, and what it can be answered with. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

export type Behaviour = (exchange: Exchange) => void;

export function answers(status: number, headers: Readonly<Record<string, string>> = {}, text = ""): Behaviour {
  return ({ response }) => void response.writeHead(status, headers).end(text);
}

/** As it should be. */
export const takes: Behaviour = answers(204);

export const hangsBeforeHeaders: Behaviour = () => undefined;

export const hangsAfterHeaders: Behaviour = ({ response }) => void response.writeHead(200, { "content-length": "10" }).flushHeaders();

/** The head at once, then a byte of the body at a time. */
export function drips(everyMs = 1_000): Behaviour {
  return ({ response }) => {
    response.writeHead(200, { "content-length": "100000" }).flushHeaders();
    every(response, everyMs, () => response.write("."));
  };
}

/** Not even the status line comes at once. */
export function dripsHead(everyMs = 1_000): Behaviour {
  return ({ response }) => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Padding: ".split("");
    every(response, everyMs, () => void response.socket?.write(head.shift() ?? "."));
  };
}

/** 200 and a body without end, as fast as it is read. */
export const endless: Behaviour = ({ response }) => {
  response.writeHead(200, { "content-type": "text/plain" });
  pour(response, Buffer.alloc(64 * 1024, "flood "));
};

/** 200 and gzip of zeros without end, of which a kilobyte becomes a megabyte where it is unpacked. */
export const bomb: Behaviour = ({ response }) => {
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
  const gzip = createGzip({ level: 9 });
  gzip.on("error", () => undefined).pipe(response);
  response.once("close", () => gzip.destroy());
  pour(gzip, Buffer.alloc(1024 * 1024));
};

/** Reads the request, then resets the connection. */
export const resets: Behaviour = ({ response }) => {
  const { socket } = response;
  // Of TLS, the connection beneath it.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
};

/** Reads the request, then closes the connection in good order. */
export const closes: Behaviour = ({ response }) => void response.socket?.end();

/** Promises more than it sends, then closes. */
export const breaksOff: Behaviour = ({ response }) => void response.socket?.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");

/** `to`: where, else to itself. */
export function redirects(status: 301 | 302 | 303 | 307 | 308, to?: string): Behaviour {
  return ({ request, response }) => void response.writeHead(status, { location: to ?? request.url ?? "/" }).end();
}

export function retryAfter(status: number, value: string): Behaviour {
  return answers(status, { "retry-after": value }, "busy");
}

/** Headers of a megabyte. */
export const hugeHeaders: Behaviour = ({ response }) =>
  void response.socket?.write(`HTTP/1.1 200 OK\r\n${`X-Padding: ${"x".repeat(1000)}\r\n`.repeat(1000)}Content-Length: 0\r\n\r\n`);

export const invalidHttp: Behaviour = ({ response }) => void response.socket?.end("220 mail.example.com ESMTP ready\r\n");

/** `103 Early Hints` without end, and never an answer. */
export const floodsInformational: Behaviour = ({ response }) => {
  const { socket } = response;
  if (socket !== null) pour(socket, Buffer.from("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n".repeat(100)));
};

/** All that Standard Webhooks and HTTP allow nobody to do, or that only wastes time: by what it is called in tests. */
export const misbehaviours: Readonly<Record<string, Behaviour>> = {
  "hangs before headers": hangsBeforeHeaders,
  "hangs after headers": hangsAfterHeaders,
  "sends one byte a second": drips(),
  "sends one byte of the head a second": dripsHead(),
  "answers without end": endless,
  "answers with a compressed bomb": bomb,
  "resets after reading": resets,
  "closes without an answer": closes,
  "breaks off its answer": breaksOff,
  "redirects to itself": redirects(302),
  "redirects to loopback (301)": redirects(301, "http://127.0.0.1:1/"),
  "redirects to loopback (307)": redirects(307, "http://127.0.0.1:1/"),
  "redirects to loopback (308)": redirects(308, "http://[::1]:1/"),
  "sends headers of a megabyte": hugeHeaders,
  "speaks another protocol": invalidHttp,
  "floods with informational answers": floodsInformational,
};

interface Drain {
  write(bytes: Buffer): boolean;
  once(event: "drain" | "close" | "error", listener: () => void): unknown;
  readonly destroyed: boolean;
}

/** Writes the same bytes for as long as they are read. */
function pour(to: Drain, bytes: Buffer): void {
  const more = (): void => {
    if (to.destroyed) return;
    if (to.write(bytes)) setImmediate(more);
    else to.once("drain", more);
  };
  to.once("error", () => undefined);
  more();
}

function every(response: ServerResponse, ms: number, act: () => void): void {
  const timer = setInterval(act, ms);
  response.once("close", () => clearInterval(timer));
}
