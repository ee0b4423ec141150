/** Where a receiver's URL leads, looked up once and judged: what is connected to afterwards is what was judged here. */
import { isGlobalAddress } from "#lib/addresses/global-address.ts";
import { type ReceiverTerms, type ReceiverUrl, readReceiverUrl, type UrlRefusal, urlRefusals } from "#lib/addresses/receiver-url.ts";

/** All addresses of a name, IPv4 and IPv6; none: there is no such name. Throws when nobody could be asked. */
export type ResolveName = (name: string, from: "dns" | "system") => Promise<readonly string[]>;

export type Vetted =
  | {
      readonly kind: "vetted";
      readonly target: Extract<ReceiverUrl, { readonly kind: "url" }>;
      /** In the order in which they are to be tried; none where they are the runtime's business. */
      readonly addresses: readonly string[];
    }
  | { readonly kind: "refused"; readonly code: UrlRefusal; readonly detail: string }
  /** Its name could not be looked up just now. */
  | { readonly kind: "unknown" };

export type Guard = (url: string, environment: "live" | "test") => Promise<Vetted>;

export interface GuardParts extends Omit<ReceiverTerms, "environment"> {
  readonly resolve: ResolveName;
}

const loopback = ["127.0.0.1", "::1"] as const;

/** URLs that are remembered as read; where they lead is looked up each time. */
const maxRead = 10_000;

export function receiverGuard({ resolve, ...terms }: GuardParts): Guard {
  const read = { live: new Map<string, ReceiverUrl>(), test: new Map<string, ReceiverUrl>() };
  return async (url, environment) => {
    const known = read[environment];
    const target = known.get(url) ?? readReceiverUrl(url, { ...terms, environment });
    if (known.size >= maxRead) known.clear();
    known.set(url, target);
    if (target.kind === "refused") return target;
    const { host, reach } = target;
    if (host.includes(":") || /^[\d.]+$/.test(host)) return { kind: "vetted", target, addresses: [host] };
    // This name never leaves the machine (RFC 6761, section 6.3), whatever a resolver says.
    if (reach === "loopback") return { kind: "vetted", target, addresses: loopback };
    const found = await resolve(host, reach === "declared" ? "system" : "dns").catch(() => undefined);
    if (found === undefined) return { kind: "unknown" };
    if (found.length === 0) return refused("host-not-found");
    // One that is not allowed spoils all: names with one foot inside are made for attacks.
    if (reach === "public" && !found.every(isGlobalAddress)) return refused("host-not-public");
    return { kind: "vetted", target, addresses: found };
  };
}

/**
 * Where nobody can be asked for addresses and nothing connects but the runtime itself, as on Cloudflare Workers: what is wrong
 * with a URL on sight is refused, and a name leads wherever the runtime lets it.
 */
export function guardOnSight(privateHosts: ReadonlySet<string>): Guard {
  return async (url, environment) => {
    const target = readReceiverUrl(url, { environment, privateHosts, testLoopback: false });
    return target.kind === "refused" ? target : { kind: "vetted", target, addresses: [] };
  };
}

function refused(code: UrlRefusal): Vetted {
  return { kind: "refused", code, detail: urlRefusals[code] };
}
