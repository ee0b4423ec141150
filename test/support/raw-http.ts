/** Sends bytes as they are to an HTTP server, and reads the one answer: for what `fetch` refuses to send. */
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  /** Names in lower case; the last of repeated ones. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Whether the server has closed the connection. */
  readonly closed: boolean;
  readonly ms: number;
}

export interface RawOptions {
  /** Rejects when the answer is not there by then. */
  readonly timeoutMs?: number;
  /** Sends the bytes one by one, with this pause after each. */
  readonly pauseMs?: number;
  /** Reads on until the server closes; what follows the first answer stands in `body` behind it. */
  readonly untilClosed?: boolean;
}

/** Rejects after `timeoutMs`: a server that says nothing has hung. */
export function sendRaw(port: number, bytes: string | Uint8Array, { timeoutMs = 8_000, pauseMs, untilClosed = false }: RawOptions = {}): Promise<RawAnswer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    const whole = Buffer.from(bytes);
    const headOnly = whole.subarray(0, 5).toString() === "HEAD ";
    let received = Buffer.alloc(0);
    let drip: ReturnType<typeof setInterval> | undefined;
    const stop = (): void => {
      clearTimeout(timer);
      clearInterval(drip);
      socket.destroy();
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`no complete answer within ${timeoutMs} ms, only ${JSON.stringify(received.toString("latin1").slice(0, 200))}`));
    }, timeoutMs);
    const finish = (closed: boolean): void => {
      const answer = parse(received, closed, headOnly);
      if (answer === undefined) return;
      stop();
      resolve({ ...answer, closed, ms: performance.now() - started });
    };
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!untilClosed) finish(false);
    });
    socket.on("close", () => finish(true));
    socket.on("error", () => undefined); // "close" follows
    if (pauseMs === undefined) return void socket.write(whole);
    let sent = 0;
    drip = setInterval(() => {
      if (sent < whole.length) socket.write(whole.subarray(sent, ++sent));
    }, pauseMs);
  });
}

/** Undefined while something is missing; at the end whatever there is. */
function parse(received: Buffer, closed: boolean, headOnly: boolean): Omit<RawAnswer, "closed" | "ms"> | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return closed ? { status: 0, headers: new Map(), body: received.toString() } : undefined;
  const [first = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  const rest = received.subarray(end + 4);
  if (headOnly && status >= 200) return { status, headers, body: rest.toString() };
  if (status === 100) return parse(rest, closed, headOnly);
  if (headers.get("transfer-encoding") === "chunked") {
    const body = dechunk(rest);
    return body === undefined && !closed ? undefined : { status, headers, body: body ?? rest.toString() };
  }
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (rest.length >= length || closed || status === 304 || status === 204) return { status, headers, body: rest.toString() };
  return undefined;
}

function dechunk(bytes: Buffer): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (size === 0) return Buffer.concat(parts).toString();
    if (bytes.length < line + 2 + size + 2) return undefined;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
