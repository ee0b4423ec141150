/** Makes the site's files ready for a runtime that should neither hash nor compress: a Worker pays for both at each start. */

import { assetNames, bytesOf, compress, digest } from "./assets.ts";
import { guideSlugs, teamShelves } from "./guides.ts";
import type { Site } from "./site.ts";

/** Every file that the `readAsset` port is asked for under `assetsArePrepared`, by its name there. */
export async function prepareAssets(readAsset: Site["readAsset"]): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of assetNames) {
    const bytes = bytesOf(await readAsset(name));
    files.set(name, bytes);
    files.set(`${name}.gz`, await compress(bytes));
    files.set(`${name}.hash`, bytesOf(await digest(bytes)));
  }
  for (const { folder, slugs } of [{ folder: "guides", slugs: guideSlugs }, ...teamShelves])
    for (const slug of slugs) files.set(`${folder}/${slug}.md`, bytesOf(await readAsset(`${folder}/${slug}.md`)));
  return files;
}
