/** Reads the docs site's files from disk: guides, styles and the Scalar bundle. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

const docs = new URL("../../docs/", import.meta.url);
const own = new URL("../http/site/assets/", import.meta.url);

/** The `readAsset` port of the docs site on Node. Takes plain names only; rejects when there is no such file. */
export async function readAssetFromDisk(name: string): Promise<Uint8Array> {
  if (/^(?:guides|wrapping|operating)\/[a-z0-9-]+\.md$/.test(name)) return readFile(new URL(name, docs));
  if (name === "scalar.js") return readFile(scalarBundle());
  if (!/^[a-z0-9-]+\.[a-z]+$/.test(name)) throw new Error(`Not the name of a docs file: ${name}`);
  return readFile(new URL(name, own));
}

/**
 * The built package carries its own copy: of the many megabytes that Scalar's package depends on, this one file is needed.
 * Unbuilt, it comes from that package, beside whose main entry it lies without being among its exports.
 */
function scalarBundle(): URL {
  const copy = new URL("scalar.js", own);
  if (existsSync(copy)) return copy;
  const entry = new URL(import.meta.resolve("@scalar/api-reference"));
  return new URL("browser/standalone.js", entry);
}
