/** Reads the URL of a receiver strictly: what is refused on sight, before anybody asks where its name leads. */
import { isGlobalAddress, isLoopbackAddress } from "./global-address.ts";

export interface ReceiverTerms {
  /** Only test receivers may be on the gateway's own machine. */
  readonly environment: "live" | "test";
  /** Hosts that may be at any address, also over http, such as receivers in one's own network. */
  readonly privateHosts: ReadonlySet<string>;
  /** Whether test receivers may be on the gateway's own machine at all. */
  readonly testLoopback: boolean;
}

/** Why a URL is not taken. Each stands in the documentation; none says what the network inside looks like. */
export const urlRefusals = {
  "not-a-url": "It is no absolute URL of at most 2048 characters, without spaces.",
  "not-https": "Only https is allowed; in the test environment http as well, to localhost.",
  "has-credentials": "It holds a user or a password. Put what identifies you into the path, or check the signature.",
  "has-fragment": "It has a fragment, which is never sent.",
  "port-not-allowed": "Its port is not allowed: 443, or one from 1024 that no other well-known protocol uses.",
  "host-not-canonical": "Its host is written in an unusual way.",
  "host-not-public": "Its host is not on the public internet.",
  "host-not-found": "Its host has no address.",
} as const;
export type UrlRefusal = keyof typeof urlRefusals;

/** `public`: what it resolves to has to be checked. `loopback`: this machine. `declared`: the configuration names it. */
export type Reach = "public" | "loopback" | "declared";

export type ReceiverUrl =
  | {
      readonly kind: "url";
      /** As it is requested. */
      readonly url: URL;
      /** Name or address, in lower case, IPv6 without brackets. */
      readonly host: string;
      readonly reach: Reach;
    }
  | { readonly kind: "refused"; readonly code: UrlRefusal; readonly detail: string };

const maxLength = 2_048;
/** From 1024 up; those that browsers refuse as well (WHATWG Fetch, "bad port"): a POST there may be read as another protocol. */
const otherProtocols = new Set([1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]);
/** Names that mean something inside of a network or a machine only (RFC 6761, 6762, 7686, 8375 and ICANN's `internal`). */
const insideNames = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|onion)$/;

export function readReceiverUrl(text: string, { environment, privateHosts, testLoopback }: ReceiverTerms): ReceiverUrl {
  // Parsers drop tabs and line ends, and take backslashes for slashes: whoever writes these means to be misread.
  const parts = /^(https?):\/\/([^/?#]+)([/?][^#]*)?(#.*)?$/i.exec(text);
  if (text.length > maxLength || !isPlain(text) || parts === null || !URL.canParse(text)) return refused("not-a-url");
  const [, , authority = "", , fragment] = parts;
  if (authority.includes("@")) return refused("has-credentials");
  if (fragment !== undefined) return refused("has-fragment");

  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = /^\d+(\.\d+){3}$/.test(host) || host.includes(":");
  const written = authority.replace(/:\d*$/, "").toLowerCase();
  if (host === "" || host.endsWith(".")) return refused("host-not-canonical", `${urlRefusals["host-not-canonical"]} Leave out the dot at its end.`);
  if (isAddress && written !== url.hostname) return refused("host-not-canonical", `${urlRefusals["host-not-canonical"]} Write ${url.hostname}.`);

  const isLoopback = host === "localhost" || (isAddress && isLoopbackAddress(host));
  const reach: Reach = privateHosts.has(host) ? "declared" : isLoopback && environment === "test" && testLoopback ? "loopback" : "public";
  if (reach === "public") {
    const isPublic = isAddress ? isGlobalAddress(host) : host.includes(".") && !insideNames.test(host);
    if (!isPublic) return refused("host-not-public");
    if (url.protocol !== "https:") return refused("not-https");
    if (!isAllowedPort(url.port)) return refused("port-not-allowed");
  }
  return { kind: "url", url, host, reach };
}

function isPlain(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return text.isWellFormed() && !/[\u0000-\u0020\u007f-\u00a0\\\u2028\u2029]/.test(text);
}

function isAllowedPort(port: string): boolean {
  return port === "" || (Number(port) >= 1_024 && !otherProtocols.has(Number(port)));
}

function refused(code: UrlRefusal, detail: string = urlRefusals[code]): ReceiverUrl {
  return { kind: "refused", code, detail };
}
