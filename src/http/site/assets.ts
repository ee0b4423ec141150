/** Serves the site's static files: hashed URLs that cache forever, strong ETags, gzip made once or beforehand. */

import type { Site } from "./site.ts";

/** Every file that may be asked for by name, so that no path reaches the port unchecked. */
const contentTypes = {
  "site.css": "text/css; charset=utf-8",
  "site.js": "text/javascript; charset=utf-8",
  "pages.css": "text/css; charset=utf-8",
  "reference.css": "text/css; charset=utf-8",
  "reference.js": "text/javascript; charset=utf-8",
  "scalar.js": "text/javascript; charset=utf-8",
  "mark.svg": "image/svg+xml",
} as const;

export type AssetName = keyof typeof contentTypes;

export const assetNames = Object.keys(contentTypes).filter(isAssetName);

export interface Assets {
  /** Root-relative URL that changes whenever the content does. */
  url(name: AssetName): Promise<string>;
  /** Undefined when the site has no such file. */
  respond(name: string, request: Request): Promise<Response | undefined>;
}

interface KnownAsset {
  readonly hash: string;
  body(zipped: boolean): Promise<Uint8Array<ArrayBuffer>>;
}

/** Known files live as long as the returned object. Finished values are kept, never promises: on Workers a promise belongs to the request that made it. */
export function assetsOf(site: Site): Assets {
  const known = new Map<AssetName, KnownAsset>();

  async function find(name: AssetName): Promise<KnownAsset> {
    const found = known.get(name) ?? (await (site.assetsArePrepared ? prepared(site, name) : load(site, name)));
    known.set(name, found);
    return found;
  }

  return {
    url: async (name) => `/docs/assets/${name}?v=${(await find(name)).hash}`,
    respond: async (name, request) => (isAssetName(name) ? respondWith(name, await find(name), request) : undefined),
  };
}

async function load(site: Site, name: AssetName): Promise<KnownAsset> {
  const bytes = bytesOf(await site.readAsset(name));
  const gzip = await compress(bytes);
  return { hash: await digest(bytes), body: async (zipped) => (zipped ? gzip : bytes) };
}

/** Beside the file lie its hash and its compressed form, as `prepareAssets` made them: nothing is read before it is sent. */
async function prepared(site: Site, name: AssetName): Promise<KnownAsset> {
  const hash = new TextDecoder().decode(bytesOf(await site.readAsset(`${name}.hash`)));
  return { hash, body: async (zipped) => bytesOf(await site.readAsset(zipped ? `${name}.gz` : name)) };
}

export function bytesOf(content: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
}

async function respondWith(name: AssetName, asset: KnownAsset, request: Request): Promise<Response> {
  const zipped = acceptsGzip(request.headers.get("accept-encoding"));
  const etag = zipped ? `"${asset.hash}-gzip"` : `"${asset.hash}"`;
  const isPinned = new URL(request.url).searchParams.get("v") === asset.hash;
  const headers: Record<string, string> = {
    etag,
    vary: "Accept-Encoding",
    "cache-control": isPinned ? "public, max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  };
  if (matches(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  headers["content-type"] = contentTypes[name];
  if (zipped) headers["content-encoding"] = "gzip";
  // Workers would compress a body with this content-encoding a second time; other runtimes ignore the option.
  const init = { headers, encodeBody: "manual" };
  return new Response(await asset.body(zipped), init);
}

function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(contentTypes, name);
}

/** RFC 9110, section 12.5.3: gzip by name or wildcard, unless its weight is zero. */
function acceptsGzip(header: string | null): boolean {
  const codings = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.split(";").map((piece) => piece.trim()));
  const gzip = codings.find(([name]) => name === "gzip") ?? codings.find(([name]) => name === "*");
  return gzip !== undefined && !gzip.slice(1).some((parameter) => /^q=0(\.0*)?$/.test(parameter));
}

/** RFC 9110, section 13.1.2: weak comparison against a list of tags or `*`. */
function matches(header: string | null, etag: string): boolean {
  return (header ?? "").split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}

export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

/** Names a content in URLs and ETags. */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
