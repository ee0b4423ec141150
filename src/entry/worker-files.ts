/** The files that make a project a Cloudflare Worker: its entry, and the settings by which wrangler builds and deploys it. */
import type { DeclaredSource } from "#config";
import { sourceBindings, storeBinding } from "./cloudflare/bindings.ts";

export interface WorkerFilesOptions {
  /** Of the Worker in its account. */
  readonly name: string;
  readonly title: string;
  readonly sources: readonly DeclaredSource[];
  /** How the command line is called where the settings lie, e.g. `npx sluice`. */
  readonly sluice: string;
  /** `YYYY-MM-DD`: the runtime behaves as it did on that day. */
  readonly compatibilityDate: string;
}

/** By their names in the project's folder. */
export function workerFiles(options: WorkerFilesOptions): ReadonlyMap<string, string> {
  return new Map([
    ["worker.ts", entry(options)],
    ["wrangler.toml", settings(options)],
  ]);
}

function entry({ title }: WorkerFilesOptions): string {
  return `/** The gateway of ${title} as a Cloudflare Worker; \`wrangler.toml\` binds what it needs. */

import { cloudflareWorker } from "sluice/cloudflare";
import gateway from "./gateway.ts";

export default cloudflareWorker(gateway);
`;
}

function settings({ name, sources, sluice, compatibilityDate }: WorkerFilesOptions): string {
  return `name = ${JSON.stringify(name)}
main = "worker.ts"
compatibility_date = "${compatibilityDate}"
compatibility_flags = ["nodejs_compat"]

[build]
command = "${sluice} worker assets"

# The gateway answers for every path, so that its documentation leaves with the headers it has everywhere.
[assets]
directory = ".worker/assets"
binding = "ASSETS"
run_worker_first = true
html_handling = "none"
not_found_handling = "none"

# What has to be done without a request: operations are followed, answers forgotten in time, overwritten fields found.
[triggers]
crons = ["* * * * *"]

# Where partners reach it, without a path.
[vars]
PUBLIC_URL = "http://localhost:8787"

# SLUICE_KEY_PEPPER and SLUICE_SECRET are secrets: \`npx wrangler secret put\`, and \`.dev.vars\` for \`npx wrangler dev\`.

# Ids come from \`npx wrangler hyperdrive create <name> --caching-disabled true --connection-string <url>\`.
# \`localConnectionString\` is what \`npx wrangler dev\` connects to; nothing of it is deployed.
${databases(sources)
  .map(({ binding, local }) => `[[hyperdrive]]\nbinding = "${binding}"\nid = "<id>"\nlocalConnectionString = "${local}"\n`)
  .join("\n")}`;
}

/** Every database the Worker is bound to. */
export function databases(sources: readonly DeclaredSource[]): readonly { readonly binding: string; readonly what: string; readonly local: string }[] {
  const ofSources = sources.flatMap(({ name, dialect }) =>
    sourceBindings(name).map((binding, index) => {
      const environment = index === 0 ? "live" : "test";
      const [scheme, port] = dialect === "postgres" ? ["postgres", 5432] : ["mysql", 3306];
      return { binding, what: `${name}, behind ${environment} keys`, local: `${scheme}://user:password@localhost:${port}/${name}_${environment}` };
    }),
  );
  return [{ binding: storeBinding, what: "the gateway's own tables", local: "postgres://user:password@localhost:5432/sluice" }, ...ofSources];
}
