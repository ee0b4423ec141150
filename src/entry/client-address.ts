/** Finds out which address a request came from, as far as the proxies in between can be trusted. */
import { type AddressRange, canonicalAddress, isWithin } from "#control-plane/addresses/address.ts";

export interface TrustedProxies {
  readonly ranges: readonly AddressRange[];
  /** The one header that they write. Any other would be passed on as the client sent it. */
  readonly header: "x-forwarded-for" | "forwarded";
}

/** `peer`: at the other end of the connection. `rawHeaders`: names and values in turn, as they were sent. */
export type ClientAddress = (peer: string | undefined, rawHeaders: readonly string[]) => string | undefined;

/**
 * The canonical text of the last address, from right to left, that is none of a trusted proxy: each proxy appends whom it was
 * called by, so what stands left of the first stranger is that stranger's word. Undefined where a trusted proxy does not say.
 */
export function clientAddress({ ranges, header }: TrustedProxies): ClientAddress {
  const read = header === "forwarded" ? forwarded : forwardedFor;
  return (peer, rawHeaders) => {
    const direct = peer === undefined ? undefined : canonicalAddress(peer);
    if (direct === undefined || ranges.length === 0 || !isWithin(direct, ranges)) return direct;
    const values: string[] = [];
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === header) values.push(rawHeaders[at + 1] ?? "");
    const hops = read(values.join(","));
    let address: string | undefined = direct;
    for (const hop of hops.reverse()) {
      address = hop === undefined ? undefined : canonicalAddress(withoutPort(hop));
      if (address === undefined || !isWithin(address, ranges)) return address;
    }
    return address;
  };
}

/** Only the end of the list can be trusted, so no more of it is read than there can be proxies. */
const mostHops = 32;

/** X-Forwarded-For: a list of addresses, from the first to the last. */
function forwardedFor(value: string): (string | undefined)[] {
  if (value.trim() === "") return [];
  return value
    .split(",")
    .slice(-mostHops)
    .map((part) => part.trim());
}

/** Forwarded (RFC 7239): a list of elements, of which `for` is of interest. An element without it hides whom it was called by. */
function forwarded(value: string): (string | undefined)[] {
  if (value.trim() === "") return [];
  return splitOutsideQuotes(value, ",")
    .slice(-mostHops)
    .map((element) => {
      const found = splitOutsideQuotes(element, ";")
        .map((pair) => /^\s*for\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))\s*$/i.exec(pair))
        .filter((match) => match !== null);
      const [match] = found;
      return found.length === 1 ? (match?.[1]?.replaceAll(/\\(.)/g, "$1") ?? match?.[2]) : undefined;
    });
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (quoted && text[at] === "\\") at += 1;
    else if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]`; IPv6 without brackets has no port. */
function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? [];
  if (bracketed !== undefined) return bracketed.includes(":") ? bracketed : "";
  return /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}
