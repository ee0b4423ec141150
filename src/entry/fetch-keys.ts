/** Fetches public keys over HTTPS for a Node process: bounded in time and size, and never from an address inside the network that was not declared. */
import { type LookupAddress, lookup } from "node:dns";
import { type RequestOptions, request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { FetchKeys } from "#control-plane/oauth/remote-keys.ts";
import { isGlobalAddress } from "#lib/addresses/global-address.ts";

export interface FetchKeysOptions {
  /** Names of hosts that may be at private addresses, such as an issuer in one's own network. */
  readonly privateHosts: ReadonlySet<string>;
  /** Certificates to trust besides the usual ones. */
  readonly ca?: string;
}

const timeoutMs = 3_000;
const maxBytes = 65_536;

/** Redirects are not followed: a key set stands where its owner said. */
export function fetchKeysOnNode({ privateHosts, ca }: FetchKeysOptions): FetchKeys {
  return async (text) => {
    const url = new URL(text);
    if (url.protocol !== "https:") return { kind: "failed", why: "not https" };
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const anyAddress = privateHosts.has(host);
    // A literal address is not looked up, so it is checked here.
    if (isIP(host) !== 0 && !anyAddress && !isGlobalAddress(host)) return { kind: "failed", why: "not a public address" };
    try {
      const options: RequestOptions = {
        headers: { Accept: "application/jwk-set+json, application/json", "Accept-Encoding": "identity" },
        signal: AbortSignal.timeout(timeoutMs),
        agent: false,
        ...(!anyAddress && { lookup: publicLookup }),
        ...(ca !== undefined && { ca }),
      };
      return { kind: "fetched", value: JSON.parse(await get(url, options)) };
    } catch (error) {
      return { kind: "failed", why: error instanceof Error ? error.message : "no answer" };
    }
  };
}

/** Connects to what was checked, and to nothing else: a name that is looked up twice may mean two addresses. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, []);
    const [first, ...more] = found.filter(({ address }) => isGlobalAddress(address));
    if (first === undefined || more.length + 1 < found.length) return done(new Error("not a public address"), []);
    return options.all === true ? done(null, [first, ...more] satisfies LookupAddress[]) : done(null, first.address, first.family);
  });
};

function get(url: URL, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > maxBytes) response.destroy(new Error("too large"));
      });
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      if (response.statusCode !== 200) response.destroy(new Error(`status ${response.statusCode ?? 0}`));
    });
    sent.on("error", reject);
    sent.end();
  });
}
