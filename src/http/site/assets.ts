/** Serves the site's static files: hashed URLs that cache forever, strong ETags, gzip computed once. */

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

export interface Assets {
  /** Root-relative URL that changes whenever the content does. */
  url(name: AssetName): Promise<string>;
  /** Undefined when the site has no such file. */
  respond(name: string, request: Request): Promise<Response | undefined>;
}

interface LoadedAsset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly hash: string;
}

/** Loaded files live as long as the returned object. Finished values are kept, never promises: on Workers a promise belongs to the request that made it. */
export function assetsOf(site: Site): Assets {
  const loaded = new Map<AssetName, LoadedAsset>();

  async function load(name: AssetName): Promise<LoadedAsset> {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const content = await site.readAsset(name);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
    const asset = { bytes, gzip: await compress(bytes), hash: await digest(bytes) };
    loaded.set(name, asset);
    return asset;
  }

  return {
    url: async (name) => `/docs/assets/${name}?v=${(await load(name)).hash}`,
    respond: async (name, request) => (isAssetName(name) ? respondWith(name, await load(name), request) : undefined),
  };
}

function respondWith(name: AssetName, asset: LoadedAsset, request: Request): Response {
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
  return new Response(zipped ? asset.gzip : asset.bytes, init);
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

async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
