/** Reads the documentation's files from a Worker's static assets, where `sluice worker assets` has put them. */
import type { Assets } from "./bindings.ts";

/** The `readAsset` port in a Worker. Rejects when there is no such file. */
export function readStaticAsset(assets: Assets): (name: string) => Promise<Uint8Array> {
  return async (name) => {
    // Only the path counts; the binding asks no host.
    const response = await assets.fetch(new Request(`https://assets/${name}`));
    if (response.status !== 200) throw new Error(`The static assets have no ${name} (${response.status}). Run \`sluice worker assets\` before deploying.`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
