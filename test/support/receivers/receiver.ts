/** A receiver of webhooks over HTTP or HTTPS that keeps what it got, and behaves as it is told: all of it, or single paths. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { type Certificate, type Issued, selfIssued } from "../certificates.ts";
import { type Behaviour, takes } from "./behaviours.ts";

/**
 * `valid`: for `localhost` and 127.0.0.1, by `authority`. `expired`; `wrong-host`: for another name; `self-signed`: by nobody.
 * `silent`: takes the connection and never answers the greeting; `slow`: its part of the handshake comes byte by byte.
 */
export type TlsForm = "valid" | "expired" | "wrong-host" | "self-signed" | "silent" | "slow";

export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The bytes as they came. */
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Counts connections; requests with the same number came over the same one. */
  readonly connection: number;
  /** Whether an earlier request on the connection was still without its answer. */
  readonly pipelined: boolean;
}

export interface ReceiverOptions {
  readonly tls?: TlsForm;
  /** Who signs the certificate; without it, one of its own. */
  readonly authority?: Issued;
  readonly behaviour?: Behaviour;
  /** Told of each request before it is answered. */
  readonly received?: (request: ReceivedRequest) => void;
  /** Whether requests are kept in `requests`; with thousands to come, `received` does better. */
  readonly keep?: boolean;
}

export interface Receiver {
  /** `https://localhost:…` or `http://127.0.0.1:…`, without a path. */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signs `valid`, `expired` and `wrong-host` ones. */
  readonly ca: string;
  /** In the order in which they were read to their end. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections open now, and taken so far. */
  readonly open: number;
  readonly taken: number;
  /** From now on: of one path, or of all that are not told otherwise. */
  turn(behaviour: Behaviour, path?: string): void;
  close(): Promise<void>;
}

/** Signs certificates of receivers: a client that trusts it trusts them. */
export function testAuthority(): Issued {
  return selfIssued({ name: "Test authority", authority: true });
}

export async function startReceiver({ tls, authority = testAuthority(), behaviour = takes, received, keep = true }: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const byPath = new Map<string, Behaviour>();
  const sockets = new Map<Socket, { readonly number: number; unanswered: number }>();
  let everywhere = behaviour;
  let taken = 0;

  const listener: RequestListener = (request, response) => {
    const connection = sockets.get(request.socket) ?? { number: 0, unanswered: 0 };
    const pipelined = connection.unanswered > 0;
    connection.unanswered += 1;
    response.once("close", () => {
      connection.unanswered -= 1;
    });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const body = Buffer.concat(chunks);
      const one: ReceivedRequest = { method, path, headers, body, at: Date.now(), connection: connection.number, pipelined };
      if (keep) requests.push(one);
      received?.(one);
      const [withoutQuery = ""] = path.split("?");
      (byPath.get(withoutQuery) ?? everywhere)({ request, body, response });
    });
  };
  const counted = (socket: Socket): void => {
    taken += 1;
    sockets.set(socket, { number: taken, unanswered: 0 });
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  };
  const timeouts = { keepAliveTimeout: 60_000, requestTimeout: 0 };
  const server =
    tls === undefined
      ? createServer(timeouts, listener).on("connection", counted)
      : createSecureServer({ ...timeouts, ...certificateFor(tls, authority) }, listener);
  if (tls !== undefined) server.on("secureConnection", counted).on("tlsClientError", () => undefined);
  server.on("clientError", (_error, socket) => socket.destroy());
  const inside = await listen(server);
  const outside = tls === "silent" || tls === "slow" ? troubled(tls, inside, counted) : undefined;
  const port = outside === undefined ? inside : await listen(outside);

  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    ca: authority.cert,
    requests,
    get open() {
      return sockets.size;
    },
    get taken() {
      return taken;
    },
    turn(next, path) {
      if (path === undefined) everywhere = next;
      else byPath.set(path, next);
    },
    async close() {
      for (const socket of sockets.keys()) socket.destroy();
      server.closeAllConnections();
      await Promise.all([server, outside].map((one) => one && new Promise<void>((resolve) => one.close(() => resolve()))));
    },
  };
}

function certificateFor(form: TlsForm, authority: Issued): Certificate {
  const local = { name: "localhost", hosts: ["localhost"], addresses: ["127.0.0.1"] };
  const day = 86_400_000;
  if (form === "self-signed") return selfIssued(local);
  if (form === "wrong-host") return authority.issue({ name: "elsewhere.example", hosts: ["elsewhere.example"] });
  if (form === "expired") return authority.issue({ ...local, from: Date.now() - 30 * day, until: Date.now() - day });
  return authority.issue(local);
}

/** Stands before a TLS server, and keeps its greeting to itself or lets it through a byte at a time. */
function troubled(how: "silent" | "slow", port: number, counted: (socket: Socket) => void): Server {
  return createTcpServer((client) => {
    counted(client);
    if (how === "silent") return void client.resume();
    const behind = connect({ host: "127.0.0.1", port });
    const waiting: Buffer[] = [];
    const timer = setInterval(() => {
      const [first] = waiting;
      if (first === undefined) return;
      client.write(first.subarray(0, 1));
      if (first.length > 1) waiting[0] = first.subarray(1);
      else waiting.shift();
    }, 500);
    behind.on("data", (chunk) => waiting.push(chunk));
    client.on("data", (chunk) => void behind.write(chunk));
    behind.on("error", () => client.destroy());
    client.once("close", () => {
      clearInterval(timer);
      behind.destroy();
    });
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
