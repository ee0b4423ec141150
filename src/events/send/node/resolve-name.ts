/** Looks names up for a Node process, without holding up others when a name server hangs. */
import { lookup, Resolver } from "node:dns/promises";
import type { ResolveName } from "../guard.ts";

/** For how long an answer may serve others: what is connected to is what was judged, so this delays news and nothing else. */
const keptMs = 2_000;
const maxKept = 1_000;

/**
 * Public names are asked of the name servers by sockets of their own: `getaddrinfo` would hold one of a few threads for as
 * long as a server hangs. Hosts that the configuration names may be known to the system alone, such as in `/etc/hosts`.
 */
export function resolveOnNode(elapsedMs: () => number): ResolveName {
  const resolver = new Resolver({ timeout: 1_500, tries: 3 });
  const kept = new Map<string, { readonly until: number; readonly found: Promise<readonly string[]> }>();
  return (name, from) => {
    const key = `${from} ${name}`;
    const now = elapsedMs();
    const known = kept.get(key);
    if (known !== undefined && known.until > now) return known.found;
    kept.delete(key);
    const found = from === "system" ? ofSystem(name) : ofServers(resolver, name);
    found.catch(() => kept.delete(key));
    kept.set(key, { until: now + keptMs, found });
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}

async function ofServers(resolver: Resolver, name: string): Promise<readonly string[]> {
  const found = await Promise.all([none(resolver.resolve4(name)), none(resolver.resolve6(name))]);
  return found.flat();
}

async function ofSystem(name: string): Promise<readonly string[]> {
  return none(lookup(name, { all: true, order: "ipv4first" }).then((found) => found.map(({ address }) => address)));
}

/** Nothing under a name is an answer; that nobody answered is none. */
async function none(asked: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENODATA" || code === "ENOTFOUND") return [];
    throw error;
  }
}
