/** Reads the docs site's files from disk: the Scalar bundle from its npm package, guides and styles from this one. */

import { readFile } from "node:fs/promises";

const guides = new URL("../../docs/guides/", import.meta.url);
const own = new URL("../http/site/assets/", import.meta.url);

/** The `readAsset` port of the docs site on Node. Takes plain names only; rejects when there is no such file. */
export async function readAssetFromDisk(name: string): Promise<Uint8Array> {
  const guide = /^guides\/([a-z0-9-]+\.md)$/.exec(name)?.[1];
  if (guide !== undefined) return readFile(new URL(guide, guides));
  if (name === "scalar.js") return readFile(scalarBundle());
  if (!/^[a-z0-9-]+\.[a-z]+$/.test(name)) throw new Error(`Not the name of a docs file: ${name}`);
  return readFile(new URL(name, own));
}

/** The standalone build is not among the package's exports, so it is found beside the main entry, `dist/index.js`. */
function scalarBundle(): URL {
  const entry = new URL(import.meta.resolve("@scalar/api-reference"));
  return new URL("browser/standalone.js", entry);
}
