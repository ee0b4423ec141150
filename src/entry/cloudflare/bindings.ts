/** Reads a Worker's bindings by the rules of `#config`: databases come as Hyperdrive bindings, the rest as variables and secrets. */
import { type Config, type DeclaredSource, readConfig, type SourceUrls, sourceVariables } from "#config";

/** A binding to Hyperdrive, which pools the connections to one database. */
interface Hyperdrive {
  readonly connectionString: string;
}

/** A binding to the Worker's static assets. */
export interface Assets {
  fetch(request: Request): Promise<Response>;
}

export type Bindings = Readonly<Record<string, unknown>>;

export interface WorkerConfig {
  readonly config: Config;
  readonly publicUrl: string;
  readonly storeUrl: string;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly keyPeppers: ReadonlyMap<number, Uint8Array>;
  readonly secret: Uint8Array;
  readonly assets: Assets;
}

export type BindingsRead = { readonly kind: "valid"; readonly config: WorkerConfig } | { readonly kind: "invalid"; readonly reasons: readonly string[] };

/** The Hyperdrive bindings of a source: `erp` has `ERP_LIVE` and `ERP_TEST`. */
export function sourceBindings(source: string): readonly [live: string, test: string] {
  const [live, test] = sourceVariables(source);
  return [live.replace(/_URL$/, ""), test.replace(/_URL$/, "")];
}

export const storeBinding = "HYPERDRIVE_STORE";
/** Stands in for a store that is missing, so that all else that is missing is found as well. */
const noStore = "postgres://missing";

export function readBindings(bindings: Bindings, sources: readonly DeclaredSource[]): BindingsRead {
  const reasons: string[] = [];
  const urlOf = (name: string): string | undefined => {
    const binding = bindings[name];
    // `ssl-mode` is for another driver; ours would warn of it on every connection. The way to Hyperdrive has no TLS.
    if (isHyperdrive(binding)) return binding.connectionString.replace(/\?ssl-mode=\w+$/, "");
    if (binding !== undefined) reasons.push(`${name} is not a Hyperdrive binding. A Worker reaches databases through Hyperdrive alone.`);
    return undefined;
  };

  const storeUrl = urlOf(storeBinding);
  if (bindings[storeBinding] === undefined) {
    reasons.push(`${storeBinding} is missing: the Hyperdrive binding of the gateway's own Postgres database. A Worker can run none of its own.`);
  }
  const names = new Map(
    sources.flatMap(({ name }) => {
      const [[liveVariable, testVariable], [live, test]] = [sourceVariables(name), sourceBindings(name)];
      const replica = (variable: string): string => variable.replace(/URL$/, "REPLICA_URL");
      return [
        [liveVariable, live] as const,
        [testVariable, test] as const,
        [replica(liveVariable), `${live}_REPLICA`] as const,
        [replica(testVariable), `${test}_REPLICA`] as const,
      ];
    }),
  );
  const urls = Object.fromEntries([...names].map(([variable, binding]) => [variable, urlOf(binding)]));
  const texts = Object.fromEntries(Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

  const read = readConfig({ ...texts, ...urls, DATABASE_URL: storeUrl ?? noStore }, sources);
  if (read.kind === "invalid") reasons.push(...read.reasons.map((reason) => inWorkersWords(reason, names)));
  if (texts["PUBLIC_URL"] === undefined) reasons.push("PUBLIC_URL is missing: where partners reach the gateway, such as https://api.example.com.");
  const assets = bindings["ASSETS"];
  if (!isAssets(assets)) reasons.push("ASSETS is missing: the binding of the static assets that `sluice worker assets` collects for the documentation.");

  if (read.kind === "invalid" || storeUrl === undefined || !isAssets(assets) || reasons.length > 0) return { kind: "invalid", reasons };
  const { publicUrl, sources: configured, keyPeppers, secret } = read.config;
  if (publicUrl === undefined || configured.kind === "embedded" || keyPeppers === undefined || secret === undefined) {
    throw new Error("readConfig let an incomplete configuration pass.");
  }
  return { kind: "valid", config: { config: read.config, publicUrl, storeUrl, sources: configured.urls, keyPeppers, secret, assets } };
}

/** A reason names what a Worker calls a database: its binding. */
function inWorkersWords(reason: string, names: ReadonlyMap<string, string>): string {
  let text = reason;
  for (const [variable, binding] of names) text = text.replaceAll(variable, `The Hyperdrive binding ${binding}`);
  return text;
}

function isHyperdrive(binding: unknown): binding is Hyperdrive {
  return typeof binding === "object" && binding !== null && "connectionString" in binding && typeof binding.connectionString === "string";
}

function isAssets(binding: unknown): binding is Assets {
  return typeof binding === "object" && binding !== null && "fetch" in binding && typeof binding.fetch === "function";
}
