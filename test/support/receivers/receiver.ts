/** A partner's server for tests, on raw sockets: it can misbehave in ways that no HTTP library would let it. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** What arrived, byte for byte. */
export interface Received {
  /** `POST /hook HTTP/1.1` */
  readonly line: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Counts the connections of the receiver, from 1. */
  readonly connection: number;
}

/** Does to a connection whatever it likes once a request has arrived. */
export type Behaviour = (received: Received, socket: Socket) => void | Promise<void>;

export interface Receiver {
  readonly port: number;
  /** `http://127.0.0.1:port/hook`, or `https://localhost:port/hook`. */
  readonly url: string;
  readonly received: readonly Received[];
  /** Connections taken so far, and open now. */
  readonly taken: number;
  readonly open: number;
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly host?: string;
}

export async function startReceiver(behaviour: Behaviour, { tls, host = "127.0.0.1" }: ReceiverOptions = {}): Promise<Receiver> {
  let behave = behaviour;
  let taken = 0;
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    taken += 1;
    const connection = taken;
    sockets.add(socket);
    let waiting: Buffer = Buffer.alloc(0);
    socket.on("close", () => sockets.delete(socket));
    // What a client does with its end is its own business here.
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (let request = take(waiting, connection); request !== undefined; request = take(waiting, connection)) {
        waiting = request.rest;
        received.push(request.received);
        void behave(request.received, socket);
      }
    });
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer({ ...tls, minVersion: "TLSv1.2" }, accept);
  server.on("tlsClientError", () => undefined);
  server.listen(0, host);
  await once(server, "listening");
  // Of a server on a port.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: tls === undefined ? `http://127.0.0.1:${port}/hook` : `https://localhost:${port}/hook`,
    received,
    get taken() {
      return taken;
    },
    get open() {
      return sockets.size;
    },
    behave(next) {
      behave = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole request at the beginning of these bytes, with a body of Content-Length. */
function take(bytes: Buffer, connection: number): { readonly received: Received; readonly rest: Buffer } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line = "", ...fields] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 1).trim()]));
  const from = end + 4;
  const to = from + Number(headers["content-length"] ?? 0);
  if (bytes.length < to) return undefined;
  return { received: { line, headers, body: bytes.subarray(from, to), connection }, rest: bytes.subarray(to) };
}
