/** Fetches public keys over HTTPS for a Worker, whose network leads to the internet only; bounded in time and size. */

import type { FetchKeys } from "#control-plane/oauth/remote-keys.ts";
import { isGlobalAddress } from "#lib/addresses/global-address.ts";

const timeoutMs = 3_000;
const maxBytes = 65_536;

/** Redirects are not followed: a key set stands where its owner said. */
export const fetchKeysOnWorkers: FetchKeys = async (text) => {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = /^[\d.]+$/.test(host) || host.includes(":");
  if (url.protocol !== "https:" || host === "localhost" || (isAddress && !isGlobalAddress(host))) return { kind: "failed", why: "not a public https address" };
  try {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { Accept: "application/jwk-set+json, application/json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) return { kind: "failed", why: `status ${response.status}` };
    return { kind: "fetched", value: JSON.parse(await textOf(response)) };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : "no answer" };
  }
};

async function textOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let length = 0; reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) throw new Error("too large");
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
