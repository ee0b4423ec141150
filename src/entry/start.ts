/** Starts a gateway on this machine, with whatever it needs and is not configured: a database, an ERP, demo partners. */
import { resolve } from "node:path";
import { createKeyAuthenticator } from "#control-plane/api-keys/authenticate.ts";
import { createPeppers, type Peppers } from "#control-plane/api-keys/peppers.ts";
import { type Config, readConfig, type SourceUrls, type Variables } from "#config";
import { keyRecords, keyRegister } from "#store/api-keys.ts";
import { connectStore } from "#store/connect.ts";
import { pendingMigrations } from "#store/migrate.ts";
import { partnerRecords } from "#store/partners.ts";
import { composeGateway, describeProject, type ProjectDescription } from "./composition.ts";
import { withClient } from "./embedded/databases.ts";
import { ensureDemoPartners } from "./embedded/demo-partners.ts";
import { type FirstRunState, prepareFirstRun, takeStateFolder } from "./embedded/first-run.ts";
import { bundledProject, loadProject, type ProjectFolder } from "./project.ts";
import { type Handler, type HttpServer, problemParts, serve } from "./serve.ts";
import type { Stoppable } from "./stop.ts";
import { welcome } from "./welcome.ts";

export interface StartOptions {
  /** Folder of the project; the bundled one by default. */
  readonly project: string | undefined;
  /** Throw away what an earlier first run left. */
  readonly fresh: boolean;
  readonly workingFolder: string;
  readonly variables: Variables;
  readonly say: (line: string) => void;
}

export type Started = { readonly kind: "serving"; readonly url: string } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Everything started is registered with `life`, in an order in which it can be stopped at any moment. */
export async function start(options: StartOptions, life: Stoppable): Promise<Started> {
  const folder = await loadProject(options.project ?? bundledProject);
  const project = describeProject(folder.definition);
  const read = readConfig(options.variables, project.sourceNames);
  if (read.kind === "invalid") return { kind: "refused", reasons: read.reasons };
  const { config } = read;
  if (config.sources.kind === "embedded" && !folder.firstRun) return { kind: "refused", reasons: missingSources(folder, project) };

  const embedded = config.store.kind === "embedded" || config.sources.kind === "embedded";
  if (options.fresh && !embedded) return { kind: "refused", reasons: ["--fresh throws away the embedded databases only, and this gateway is configured to use others."] };
  const taken = embedded ? takeStateFolder(stateParent(options)) : undefined;
  if (taken?.kind === "refused") return taken;
  if (taken) life.onStop(taken.claim.release);

  // The port is taken before anything else is started: when it is busy nothing has to be undone, and whoever calls
  // during the first run hears that the gateway is starting.
  let handler: Handler = () => Response.json(...problemParts("gateway-unavailable", "The gateway is starting.", { "Retry-After": "2" }));
  const server = await listen(config, (request, origin) => handler(request, origin));
  if ("reasons" in server) return server;
  life.onStop(() => server.close(0));
  const url = config.publicUrl ?? `http://${shownHost(config.host)}:${server.address.port}`;

  const prepared = taken && (await prepareFirstRun(taken, { ...options, firstRun: folder.firstRun, config, sourceNames: project.sourceNames }, life));
  if (config.store.kind === "external") {
    const pending = await withClient(config.store.url, (client) => pendingMigrations(client));
    if (pending.length > 0) return { kind: "refused", reasons: [`The database lacks ${pending.join(", ")}. Run \`sluice migrate\` first.`] };
  }
  const parts = partsOf(config, prepared);
  const store = connectStore({ url: parts.storeUrl, poolSize: config.storePoolSize, timeoutMs: config.storeTimeoutMs, onBrokenConnection: () => undefined });
  life.onStop(() => store.destroy());

  const gateway = await composeGateway({
    definition: folder.definition,
    authenticator: createKeyAuthenticator({
      keys: keyRecords(store),
      peppers: parts.peppers,
      knownScopes: project.scopes,
      elapsedMs: () => performance.now(),
      ...(project.keyPrefix === undefined ? {} : { prefix: project.keyPrefix }),
    }),
    sources: parts.sources,
    sourcePoolSize: config.sourcePoolSize,
    sourceTimeoutMs: config.sourceTimeoutMs,
    secret: parts.secret,
    publicUrl: url,
    logLevel: config.logLevel,
  });
  life.onStop(() => gateway.close());
  handler = (request, origin) => gateway.fetch(request, origin);
  // Registered last, so it comes first: requests underway still need all of the above.
  life.onStop(() => server.close(5_000));

  const docs = `${url}/docs`;
  const ports = { partners: partnerRecords(store), keys: keyRegister(store), peppers: parts.peppers, knownScopes: project.scopes, versions: project.versions };
  const demo = prepared?.storeIsOurs && folder.firstRun && (await ensureDemoPartners(prepared.state, ports, folder.firstRun.demoPartners, { url, docs }, Date.now()));
  taken?.claim.announce(url);
  for (const line of welcome({ project: project.name, url, docs, demo: demo || undefined, samplePath: folder.firstRun?.samplePath, demoFile: prepared?.state.demo })) options.say(line);
  return { kind: "serving", url };
}

/** A project that is named keeps its state itself; the bundled one may lie in a folder that cannot be written. */
export function stateParent(options: { readonly project: string | undefined; readonly workingFolder: string }): string {
  return options.project === undefined ? options.workingFolder : resolve(options.workingFolder, options.project);
}

function partsOf(config: Config, prepared: FirstRunState | undefined): { storeUrl: string; sources: ReadonlyMap<string, SourceUrls>; peppers: Peppers; secret: Uint8Array } {
  const keyPeppers = config.keyPeppers ?? prepared?.secrets.keyPeppers;
  const secret = config.secret ?? prepared?.secrets.secret;
  const storeUrl = config.store.kind === "external" ? config.store.url : prepared?.storeUrl;
  const sources = config.sources.kind === "external" ? config.sources.urls : prepared?.sources;
  // The configuration leaves none of them out unless the first run brings it.
  if (!keyPeppers || !secret || storeUrl === undefined || !sources) throw new Error("The configuration is incomplete.");
  return { storeUrl, sources, peppers: createPeppers(keyPeppers), secret };
}

async function listen(config: Config, handler: Handler): Promise<HttpServer | Extract<Started, { kind: "refused" }>> {
  try {
    return await serve({ host: config.host, port: config.port, handler });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") return { kind: "refused", reasons: [`Port ${config.port} on ${config.host} is in use. Stop what listens there, or choose another, e.g. PORT=8081.`] };
    if (code === "EACCES") return { kind: "refused", reasons: [`Port ${config.port} may not be opened by this account. Choose one above 1023, e.g. PORT=8080.`] };
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return { kind: "refused", reasons: [`HOST=${config.host} is no address of this machine.`] };
    throw error;
  }
}

function missingSources(folder: ProjectFolder, project: ProjectDescription): string[] {
  const names = project.sourceNames.map((name) => `${name.toUpperCase()}_LIVE_URL and ${name.toUpperCase()}_TEST_URL`);
  return [`The project in ${folder.path} bundles no ERP (erp/first-run.ts), so ${names.join(", ")} have to be set.`];
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
