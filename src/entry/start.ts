/** Starts a gateway on this machine, with whatever it needs and is not configured: a database, an ERP, demo partners. */
import { join } from "node:path";
import { type Config, readConfig, type Variables } from "#config";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { type AdminApi, adminProblem, describeGateway, problemDocument, sourcesToInstall } from "#gateway";
import { Problem } from "#lib/problems.ts";
import { pendingMigrations } from "#store/migrate.ts";
import { clientAddress } from "./client-address.ts";
import { usualScopes } from "./control-plane.ts";
import { withClient } from "./embedded/databases.ts";
import { ensureDemoPartners } from "./embedded/demo-partners.ts";
import { type Prepared, prepareFirstRun, takeStateFolder } from "./embedded/first-run.ts";
import { runBatches } from "./embedded/run-batches.ts";
import { withEnvFile } from "./env-file.ts";
import { firstPath } from "./example-request.ts";
import { makeGateway } from "./make-gateway.ts";
import { environmentsLeftOut, missingSources } from "./missing-sources.ts";
import { defaultProject, howToCall, loadProject } from "./project.ts";
import { readRecordedSchemas } from "./recorded-schemas.ts";
import { type Handler, type HttpServer, type ServeOptions, serve, toResponse } from "./serve.ts";
import { type MetricsServer, serveMetrics } from "./serve-metrics.ts";
import { stateParent } from "./state-parent.ts";
import type { Stoppable } from "./stop.ts";
import { welcome } from "./welcome.ts";

export interface StartOptions {
  /** Folder of the project; by default the working folder, or the bundled one. */
  readonly project: string | undefined;
  /** Throw away what an earlier first run left. */
  readonly fresh: boolean;
  readonly workingFolder: string;
  readonly variables: Variables;
  readonly say: (line: string) => void;
}

export type Started = { readonly kind: "serving"; readonly url: string } | Refusal;

interface Refusal {
  readonly kind: "refused";
  readonly reasons: readonly string[];
}

/** Everything started is registered with `life`, in an order in which it can be stopped at any moment. */
export async function start(options: StartOptions, life: Stoppable): Promise<Started> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  const { sources } = describeGateway(folder.definition);
  const read = readConfig(withEnvFile(folder.path, options.variables), sources);
  if (read.kind === "invalid") return refuse(...read.reasons);
  const { config } = read;
  const recorded = readRecordedSchemas(folder.path, sources);
  const ourErp = config.sources.kind === "embedded";
  const ourStore = config.store.kind === "embedded";
  if (ourErp && !folder.firstRun) {
    return refuse(...missingSources(sources), `Set it in the environment or in ${join(folder.path, ".env")}; \`sluice doctor\` checks the whole set-up.`);
  }
  if (options.fresh && !ourStore) return refuse("--fresh throws away embedded databases, and this gateway is configured to use others.");

  const taken = ourStore ? takeStateFolder(stateParent(options)) : undefined;
  if (taken?.kind === "refused") return taken;
  if (taken) life.onStop(taken.claim.release);

  // The port is taken before anything else is started: when it is busy nothing has to be undone, and whoever calls
  // during the first run hears that the gateway is starting.
  let url = config.publicUrl ?? "";
  const render: ServeOptions["render"] = (problem) => problemDocument(problem, crypto.randomUUID(), url);
  let handler: Handler = () => toResponse(render(new Problem("gateway-unavailable", "The gateway is starting.", { headers: { "Retry-After": "2" } })));
  const server = await listen(config, { handler: (request, origin) => handler(request, origin), render });
  if ("reasons" in server) return server;
  life.onStop(() => server.close(0));
  url = config.publicUrl ?? `http://${shownHost(config.host)}:${server.address.port}`;

  const location = taken
    ? await prepareFirstRun(
        taken.state,
        { fresh: options.fresh, say: options.say, firstRun: folder.firstRun, config, sources, withFootprint: sourcesToInstall(folder.definition.resources) },
        life,
      )
    : await configured(config);
  if ("reasons" in location) return location;

  const samplePath = folder.firstRun?.samplePath ?? firstPath(folder.definition);
  const made = makeGateway({ definition: folder.definition, config, location, url, samplePath, recorded }, life);
  const metrics = config.metrics && (await listenForMetrics(config.metrics, made.metrics));
  if (metrics && "reasons" in metrics) return metrics;
  if (metrics) {
    life.onStop(() => metrics.close());
    options.say(`Metrics for operators: http://${shownHost(metrics.address.address)}:${metrics.address.port}/metrics`);
  }
  const admin = config.admin && (await listenForAdmin(config.admin, made.admin));
  if (admin && "reasons" in admin) return admin;
  if (admin) {
    life.onStop(() => admin.close(drainMs));
    options.say(`Administration for operators: http://${shownHost(admin.address.address)}:${admin.address.port}/admin`);
  }
  handler = made.handler;
  const batch = taken && ourErp ? folder.firstRun?.batch : undefined;
  if (batch) life.onStop(runBatches(location.sources, batch, (error) => options.say(`The ERP's batch failed: ${String(error)}`)));
  // Registered last, so it comes first: requests underway still need all of the above.
  life.onStop(() => {
    made.endWaits();
    return server.close(drainMs);
  });

  const docs = `${url}/docs`;
  // Demo partners hold accounts of the bundled ERP; on another one those numbers may be somebody's.
  const demo =
    taken && ourErp && folder.firstRun
      ? await ensureDemoPartners(taken.state, made.controlPlane, folder.firstRun.demoPartners, { url, docs }, Date.now())
      : undefined;
  taken?.claim.announce(url);
  const firstKey = taken && demo === undefined ? await firstKeyCommand(made.controlPlane, options.project) : undefined;
  for (const line of welcome({
    title: folder.definition.title,
    url,
    docs,
    samplePath,
    demo,
    demoFile: taken?.state.demo,
    firstKey,
    notes: environmentsLeftOut(config),
  }))
    options.say(line);
  return { kind: "serving", url };
}

/** What to type for the first key; undefined once there is one. */
async function firstKeyCommand(plane: ControlPlane, project: string | undefined): Promise<string | undefined> {
  if ((await plane.records.keys.list(undefined, undefined, 1)).length > 0) return undefined;
  const environment = plane.notServed.has("live") ? "test" : "live";
  const words = [
    `--partner "First partner" --account ${environment}:<customer number>`,
    `--env ${environment}`,
    `--scopes ${usualScopes(plane.knownScopes).join(",")}`,
  ];
  return [howToCall(), "key create", ...words, ...(project === undefined ? [] : [`--project ${project}`])].join(" ");
}

/** How long requests underway may take to finish when the gateway is told to stop. */
const drainMs = 5_000;

/** Everything is configured; only whether the tables are current is not known yet. */
async function configured(config: Config): Promise<Prepared | Refusal> {
  const { store, sources, keyPeppers, secret } = config;
  if (store.kind === "embedded" || sources.kind === "embedded" || !keyPeppers || !secret) throw new Error("readConfig let an incomplete configuration pass.");
  const pending = await withClient(store.url, (client) => pendingMigrations(client));
  if (pending.length > 0) return refuse(`The database lacks ${pending.join(", ")}. Run \`sluice migrate\` first.`);
  return { storeUrl: store.url, sources: sources.urls, keyPeppers, secret };
}

async function listen(config: Config, rest: Pick<ServeOptions, "handler" | "render">): Promise<HttpServer | Refusal> {
  try {
    return await serve({ host: config.host, port: config.port, clientAddress: clientAddress(config.trustedProxies), ...rest });
  } catch (error) {
    return refuseAddress(error, config, "PORT", "HOST");
  }
}

/** With the limits of partners' port, and answers of the admin API to what is no HTTP. */
async function listenForAdmin(at: NonNullable<Config["admin"]>, handler: AdminApi): Promise<HttpServer | Refusal> {
  try {
    return await serve({ ...at, handler, render: (problem) => adminProblem(problem, crypto.randomUUID()) });
  } catch (error) {
    return refuseAddress(error, at, "ADMIN_PORT", "ADMIN_HOST");
  }
}

async function listenForMetrics(at: NonNullable<Config["metrics"]>, metrics: () => string): Promise<MetricsServer | Refusal> {
  try {
    return await serveMetrics(at, metrics);
  } catch (error) {
    return refuseAddress(error, at, "METRICS_PORT", "METRICS_HOST");
  }
}

function refuseAddress(error: unknown, at: { readonly host: string; readonly port: number }, port: string, host: string): Refusal {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return refuse(`Port ${at.port} on ${at.host} is in use. Stop what listens there, or choose another, e.g. ${port}=8081.`);
  if (code === "EACCES") return refuse(`Port ${at.port} may not be opened by this account. Choose one above 1023, e.g. ${port}=8080.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return refuse(`${host}=${at.host} is no address of this machine.`);
  throw error;
}

function refuse(...reasons: readonly string[]): Refusal {
  return { kind: "refused", reasons };
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
