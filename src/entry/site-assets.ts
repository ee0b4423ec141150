/** Reads the docs site's files from disk: guides, styles and the Scalar bundle. */

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

/** The standalone browser bundle lies beside the package's main entry; it is not among the package's exports. */
function scalarBundle(): URL {
  const entry = new URL(import.meta.resolve("@scalar/api-reference"));
  return new URL("browser/standalone.js", entry);
}
