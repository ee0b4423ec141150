/** Keeps sockets to receivers, each to an address that was judged for its name: a name that leads elsewhere gets others. */
import type { LookupFunction } from "node:net";
import { buildConnector, Pool } from "undici";

export interface PinnedPoolsOptions {
  /** Certificates to trust besides the usual ones. */
  readonly ca?: string | undefined;
  readonly connectTimeoutMs: number;
  /** Sockets of one origin: so many that those who answer do not wait for those who hang, where many share a server. */
  readonly connections: number;
}

/** There was no connection; `cause` is why. */
export class NotConnected extends Error {}

export interface PinnedPools {
  /** Sockets to this origin at one of these addresses, and at no other. */
  to(origin: string, addresses: readonly string[]): Pool;
  close(): Promise<void>;
}

/** Origins with sockets of their own; more would outlive their use. */
const maxPools = 4_096;

export function pinnedPools({ ca, connectTimeoutMs, connections }: PinnedPoolsOptions): PinnedPools {
  const pools = new Map<string, Pool>();

  function connectorTo(addresses: readonly string[]): buildConnector.connector {
    const connect = buildConnector({
      allowH2: false,
      timeout: connectTimeoutMs,
      lookup: pinnedTo(addresses),
      autoSelectFamily: true,
      // A session taken up again skips checking the name.
      maxCachedSessions: 0,
      ...(ca !== undefined && { ca }),
    });
    return (options, done) =>
      connect(options, (...[error, socket]) => {
        if (error === null) done(null, socket);
        else done(new NotConnected("not connected", { cause: error }), null);
      });
  }

  function opened(key: string, origin: string, addresses: readonly string[]): Pool {
    const pool = new Pool(origin, {
      connections,
      // One request at a time: whoever answers slowly holds up nobody else's.
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
      // The sender has a timer of its own over all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connectorTo(addresses),
    });
    const closeIfUnused = (): void => {
      const { connected, size } = pool.stats;
      if (connected > 0 || size > 0 || pools.get(key) !== pool) return;
      pools.delete(key);
      void pool.close();
    };
    pool.on("disconnect", () => queueMicrotask(closeIfUnused));
    pool.on("connectionError", () => queueMicrotask(closeIfUnused));
    return pool;
  }

  return {
    to(origin, addresses) {
      const key = `${origin} ${addresses.toSorted().join()}`;
      const pool = pools.get(key) ?? opened(key, origin, addresses);
      pools.delete(key);
      pools.set(key, pool);
      const [oldest] = pools;
      if (pools.size > maxPools && oldest !== undefined) {
        pools.delete(oldest[0]);
        void oldest[1].close();
      }
      return pool;
    },
    async close() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}

/** Answers what was looked up and judged before, so that nothing is looked up a second time. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_, options, done) => {
    const [first] = found;
    if (options.all === true) done(null, found);
    else done(null, first?.address ?? "", first?.family);
  };
}
