/** A TCP proxy between a gateway and its database, which can fail in the ways a network and a server do. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * `pass`: as if it were not there. `refuse`: no connection is taken, those there are are closed. `hang`: nothing is
 * forwarded in either direction, and nothing is closed. `reset`: every connection is reset.
 */
export type ProxyMode = "pass" | "refuse" | "hang" | "reset";

export interface TcpProxy {
  readonly port: number;
  /** Connections open now. */
  readonly open: number;
  /** Connections taken so far. */
  readonly taken: number;
  turn(mode: ProxyMode): Promise<void>;
  /** Cuts each connection after it has delivered this many bytes from now on; undefined: no more. */
  cutAfter(bytes: number | undefined): void;
  close(): Promise<void>;
}

export async function startProxy(to: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let mode: ProxyMode = "pass";
  let quota: number | undefined;
  let taken = 0;
  const pairs = new Set<readonly [Socket, Socket]>();

  const server = createServer((client) => {
    taken += 1;
    const upstream = connect(to);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let left = quota;
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    if (mode === "reset") return void client.resetAndDestroy();
    client.on("data", (chunk) => void upstream.write(chunk));
    upstream.on("data", (chunk) => {
      left ??= quota;
      if (quota === undefined) left = undefined;
      if (left === undefined || chunk.length < left) {
        if (left !== undefined) left -= chunk.length;
        client.write(chunk);
        return;
      }
      client.write(chunk.subarray(0, left));
      upstream.destroy();
      client.destroySoon();
    });
    if (mode === "hang") for (const socket of pair) socket.pause();
  });

  const listen = async (port: number): Promise<number> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  };
  const port = await listen(0);
  const dropAll = (reset: boolean): void => {
    for (const [client, upstream] of pairs) {
      if (reset) client.resetAndDestroy();
      else client.destroy();
      upstream.destroy();
    }
  };

  return {
    port,
    get open() {
      return pairs.size;
    },
    get taken() {
      return taken;
    },
    async turn(next) {
      mode = next;
      if (next === "refuse" && server.listening) server.close();
      if (next === "refuse" || next === "reset") dropAll(next === "reset");
      if (next !== "refuse" && !server.listening) await listen(port);
      for (const pair of pairs) for (const socket of pair) next === "hang" ? socket.pause() : socket.resume();
    },
    cutAfter(bytes) {
      quota = bytes;
    },
    async close() {
      dropAll(false);
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
