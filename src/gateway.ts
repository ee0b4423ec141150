/** The composition root: makes a gateway of a project's definition and what the runtime brings. */

import { declaredScopes } from "#contract/contract.ts";
import { eventBodies } from "#contract/event-bodies.ts";
import { openApiDocument } from "#contract/openapi/document.ts";
import { allOperations } from "#contract/operations.ts";
import { type UsageKept, usageKept } from "#contract/usage-kept.ts";
import type { OwnEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import type { TokenServer } from "#control-plane/oauth/oauth.ts";
import { verbs } from "#control-plane/verbs.ts";
import type { DialectName } from "#erp/binding/source.ts";
import { triggerWatch } from "#erp/capture/trigger-check.ts";
import type { RecordedSchema } from "#erp/check/recorded-schema.ts";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import type { ErpDatabase } from "#erp/dialects/dialect.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { type DriftWatch, driftWatch } from "#erp/drift-watch.ts";
import { windowInWords } from "#erp/protection/maintenance.ts";
import { protection, type SourcesHealth } from "#erp/protection/protection.ts";
import { defaultProtection, type ProtectionSettings } from "#erp/protection/settings.ts";
import type { WritePoint } from "#erp/write/execute.ts";
import { footprintWatch } from "#erp/write/footprint-check.ts";
import type { ReceiptRecords } from "#erp/write/receipt-records.ts";
import { defaultRetention, type Retention } from "#erp/write/retention.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import type { EventLogRecords, FanOut } from "#events/event-log-records.ts";
import type { EventPageRecords } from "#events/event-page-records.ts";
import { logReader } from "#events/read-log.ts";
import { type Relayed, type RelayTurn, relayRound, relayTurn } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import type { Waits } from "#events/waits.ts";
import { type AdminApi, type AdminApiParts, adminApi } from "#http/admin/admin-api.ts";
import { adminDocument as documentOfVerbs } from "#http/admin/document.ts";
import { app } from "#http/app.ts";
import { describeError, type Log } from "#http/log.ts";
import { oauthApi } from "#http/oauth-routes.ts";
import { partnerApi } from "#http/partner-api.ts";
import type { Origin } from "#http/partner-request.ts";
import { routes } from "#http/route.ts";
import { guideWords } from "#http/site/guide-words.ts";
import type { Site } from "#http/site/site.ts";
import { siteResources } from "#http/site/site-resources.ts";
import { problemKinds } from "#lib/problems.ts";
import { cursors } from "#pipeline/cursor.ts";
import { partnerPipeline } from "#pipeline/index.ts";
import type { Limiter } from "#pipeline/limits.ts";
import type { AccountAccess } from "#pipeline/ports.ts";
import type { Authenticator, Environment } from "#pipeline/principal.ts";
import type { UsageSink } from "#pipeline/usage.ts";
import { type CaptureSources, captureSources } from "./capture-sources.ts";
import type { GatewayDefinition } from "./project.ts";
import { servedResources } from "./served-resources.ts";
import { sourceAccesses } from "./source-accesses.ts";

export type { BoundResource, SourceDeclaration } from "#erp/binding/source.ts";
export { dropWholeFootprint, type Installed, installWhole, sourcesToInstall, wholeFootprint } from "#erp/capture/whole-footprint.ts";
export { checkSource, type ResourceReport, type SourceReport } from "#erp/check/check-source.ts";
export { grantsFor } from "#erp/check/grants.ts";
export { parseRecordedSchema, type RecordedSchema, writeRecordedSchema } from "#erp/check/recorded-schema.ts";
export { absentDatabase } from "#erp/dialects/absent-database.ts";
export type { OpenDatabase } from "#erp/dialects/connection.ts";
export type { ErpDatabase } from "#erp/dialects/dialect.ts";
export type { TableFacts } from "#erp/dialects/schema-reader.ts";
export { inspectSource, type SourceInspection } from "#erp/inspect-source.ts";
export type { Conversion, DraftField, Findings, TableDraft } from "#erp/introspect/draft.ts";
export { resourceName } from "#erp/introspect/guess/public-names.ts";
export { introspect, readTables } from "#erp/introspect/introspect.ts";
export { type Answers, noAnswers, questions } from "#erp/introspect/write/answers.ts";
export { projectFiles, questionsIn } from "#erp/introspect/write/files.ts";
export { metricsType } from "#erp/protection/prometheus.ts";
export { type ConflictDesk, conflictDesk, type Decided } from "#erp/write/conflict-desk.ts";
export type { ConflictRecord } from "#erp/write/conflict-record.ts";
export type { FootprintState } from "#erp/write/footprint/install.ts";
export { installScript, uninstallScript } from "#erp/write/footprint/script.ts";
export type { CaptureSource } from "#events/capture-source.ts";
export type { AdminApi } from "#http/admin/admin-api.ts";
export { adminProblem } from "#http/admin/admin-problem.ts";
export { onlyAllowed } from "#http/allowed-log.ts";
export type { Log } from "#http/log.ts";
export { problemDocument } from "#http/problem-document.ts";
export { prepareAssets } from "#http/site/prepare-assets.ts";
export type { GatewayDefinition } from "./project.ts";
export { endpointTeller, type WebhookWaysParts, webhookWays } from "./webhook-ways.ts";

/** The way to one source in one environment, as a request is given it. */
export type Databases = (source: string, environment: Environment) => ErpDatabase;

/** What a request is given: handles that live as long as it does, or longer where the runtime allows that. */
export interface RequestHandles {
  readonly databases: Databases;
  readonly authenticator: Authenticator;
  /** Issues access tokens to OAuth clients. */
  readonly tokenServer: TokenServer;
  /** Undefined: nobody is limited. */
  readonly limiter?: Limiter | undefined;
  /** Receipts in the gateway's own store, of sources that take none. */
  readonly receipts: ReceiptRecords;
  /** What callers are told of themselves. */
  readonly account: AccountAccess;
  /** Where it is noted what callers did. */
  readonly usage: UsageSink;
  /** The event log, and how requests wait for it. */
  readonly events: { readonly records: EventPageRecords; readonly waits: Waits };
  /** What partners do with their webhook endpoints. */
  readonly endpoints: OwnEndpoints;
}

export interface GatewayOptions {
  readonly definition: GatewayDefinition;
  /** At least 32 random bytes, the same on all processes: seals cursors. */
  readonly secret: Uint8Array;
  /** Where partners reach the gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** A first request for the landing page. */
  readonly exampleCurl: string;
  readonly readAsset: Site["readAsset"];
  /** Whether `readAsset` finds what `prepareAssets` made; else files are hashed and compressed when they are first read. */
  readonly assetsArePrepared?: boolean;
  /** What `sluice check --record` noted of a source, by its name: what has changed since is logged. */
  readonly recorded?: ReadonlyMap<string, RecordedSchema>;
  /** Whether there is a test environment that the documentation can send partners to; there is, without it. */
  readonly hasTest?: boolean;
  /** Whether the documentation has the guides for the team that wraps the ERP; not without it. */
  readonly teamGuides?: boolean;
  readonly log: Log;
  /** What each kind of work and each partner may take of a source. */
  readonly protection?: ProtectionSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  /** Secrets of before, newest first: answers that were stored under them are still repeated. */
  readonly previousSecrets?: readonly Uint8Array[];
  /** How long answers of writes are kept. */
  readonly retention?: Retention;
  /** How long partners can look at their requests. */
  readonly usageKept?: UsageKept;
  /** Told of each point of a write at which a test may interrupt it. */
  readonly passing?: (point: WritePoint) => void;
  /** Whether a request may wait for something that another one began to look up; true by default. */
  readonly shareLookups?: boolean;
}

export interface Gateway {
  fetch(request: Request, origin: Origin, handles: RequestHandles): Promise<Response>;
  /** One bounded round of what has to be done without a request, such as finding out whether an ERP is back. */
  tend(databases: Databases, receipts: ReceiptRecords): Promise<void>;
  /** How events are shown to endpoints. */
  readonly fanOut: FanOut;
  /** One bounded round of the relay: what a source has captured becomes events. */
  relay(records: EventLogRecords, source: CaptureSource): Promise<Relayed>;
  /** Round after round, for as long as `turn` says. */
  relayTurn(records: EventLogRecords, source: CaptureSource, turn: RelayTurn): Promise<"taken" | "ended">;
  /** Where changes are captured, for whoever records them: one reader for each at a time. */
  readonly captureSources: CaptureSources;
  /** What was counted at the sources, for Prometheus. For operators only. */
  metrics(): string;
  /**
   * One look at every source: whether the ERP still has what the bindings read. Findings go to the log, broken resources
   * are refused from then on. True when all could be looked at and nothing is broken.
   */
  check(databases: Databases): Promise<boolean>;
}

/** What a process has to know of a definition before it can start. */
export interface GatewayDescription {
  readonly sources: readonly { readonly name: string; readonly dialect: DialectName }[];
  /** Every scope the contracts declare. */
  readonly scopes: ReadonlySet<string>;
  /** Contract versions, newest first. */
  readonly versions: readonly [string, ...string[]];
}

export function describeGateway(definition: GatewayDefinition): GatewayDescription {
  const sources = new Map(definition.resources.map(({ source }) => [source.name, { name: source.name, dialect: source.dialect }]));
  return { sources: [...sources.values()], scopes: declaredScopes(definition.contracts), versions: [definition.version] };
}

/** The OpenAPI documents of a definition by version, as the text that is served and committed. `kept`: where it is not as usual. */
export function documentsOf(
  definition: GatewayDefinition,
  kept: Retention = defaultRetention,
  { requestLogDays, eventDays }: UsageKept = usageKept,
): ReadonlyMap<string, string> {
  const windows = definition.resources.flatMap(({ source }) => source.maintenance ?? []);
  const maintenance = [...new Set(windows.map(windowInWords))];
  return new Map([[definition.version, `${JSON.stringify(openApiDocument({ ...definition, maintenance, kept, requestLogDays, eventDays }), null, 2)}\n`]]);
}

/** The OpenAPI document of the admin API, as the text that is served and committed. */
export function adminDocument(): string {
  return documentOfVerbs([...verbs.values()]);
}

/** The admin API, for a listener of its own. */
export function createAdminApi(parts: Omit<AdminApiParts, "verbs" | "document">): AdminApi {
  return adminApi({ ...parts, verbs: [...verbs.values()], document: adminDocument() });
}

/** Opens a pool of connections to a source, where the runtime allows connections that outlive a request. */
export function openSource(dialect: DialectName, options: ConnectionOptions): OpenDatabase {
  return dialect === "postgres" ? openPostgres(options) : openMariadb(options);
}

export function createGateway(options: GatewayOptions): Gateway {
  const { definition, log, now, shareLookups = true } = options;
  const operations = allOperations(definition.contracts);
  const { versions } = describeGateway(definition);
  const access = sourceAccesses(definition, { now, shareLookups });
  const guards = protection({
    sources: definition.resources.map(({ source }) => source),
    settings: options.protection ?? defaultProtection,
    kinds: definition.contracts.some(({ commands }) => Object.keys(commands).length > 0) ? ["read", "write", "background"] : ["read", "background"],
    now,
    elapsedMs: options.elapsedMs,
    random: Math.random,
    log: ({ level, fields, message }) => log[level](fields, message),
  });
  const drifts = driftWatch({
    resources: definition.resources,
    environments,
    access,
    recorded: options.recorded ?? new Map(),
    now,
    shareLookups,
    error: log.error.bind(log),
    warn: log.warn.bind(log),
  });

  const footprints = footprintWatch(definition.resources, environments, log);
  const triggers = triggerWatch(definition.resources, environments, log);

  const resources = servedResources({
    definition,
    secret: options.secret,
    previousSecrets: options.previousSecrets ?? [],
    guards,
    drifts,
    access,
    now,
    elapsedMs: options.elapsedMs,
    statementBoundMs: (options.protection ?? defaultProtection).statementBoundMs,
    retention: options.retention ?? defaultRetention,
    passing: options.passing ?? (() => undefined),
    warn: log.warn.bind(log),
  });

  const bodies = eventBodies(definition.contracts, (error) => log.error(describeError(error), "an event cannot be shown as its contract promises"));
  const fanOut = fanOutOf(bodies);
  const rules = new Map(definition.contracts.map(({ name, events }) => [name, events]));
  const relaying = { rulesOf: (resource: string) => rules.get(resource) ?? {}, fanOut, now };

  const api = partnerApi({
    route: routes(operations),
    pipeline: partnerPipeline({
      cursors: cursors(options.secret),
      versions,
      known: resources.known,
      expiryHelp: `${options.publicUrl}/docs/guides/authentication#keys-that-end`,
    }),
    baseUrl: options.publicUrl,
    log,
    now,
    elapsedMs: options.elapsedMs,
  });
  const http = app({
    api,
    oauth: oauthApi({ issuer: options.publicUrl, scopes: describeGateway(definition).scopes, log, now, elapsedMs: options.elapsedMs }),
    site: siteOf(options, versions),
    documents: documentsOf(definition, options.retention, options.usageKept),
    health: () => healthOf(guards.health(), drifts),
    log,
  });
  return {
    fetch: async (request, origin, { databases, authenticator, tokenServer, limiter, receipts, account, usage, events, endpoints }) =>
      http.fetch(request, {
        ...{ origin, authenticator, tokenServer, limiter, account, usage, endpoints },
        events: logReader({ bodies, ...events, elapsedMs: options.elapsedMs }),
        ...resources.ways(databases, receipts, () => request.signal),
      }),
    fanOut,
    relay: (records, source) => relayRound({ ...relaying, records }, source),
    relayTurn: (records, source, turn) => relayTurn({ ...relaying, records }, source, turn),
    tend: async (databases, receipts) => {
      await Promise.all([guards.tend(databases), resources.tend(databases, receipts)]);
    },
    captureSources: captureSources({
      definition,
      guards,
      access,
      now,
      elapsedMs: options.elapsedMs,
      log,
    }),
    metrics: () => guards.metrics() + resources.metrics(),
    check: async (databases) => {
      const ask = (source: string, environment: Environment): Pick<ErpDatabase, "query"> => ({
        query: (statement) =>
          guards.of(source, environment).run({ kind: "background", by: "schema check" }, databases(source, environment), (guarded) => guarded.query(statement)),
      });
      const fits = await drifts.check(ask);
      const noted = await triggers.check(ask);
      return (await footprints.check(ask)) && noted && fits;
    },
  };
}

const environments = ["live", "test"] as const;

/** Says nothing that a stranger could use: whether the ERP answers, when its maintenance ends, and what is not served. */
function healthOf({ sources, maintenance }: SourcesHealth, drifts: DriftWatch<Environment>): Readonly<Record<string, unknown>> {
  const away = Object.values(sources).some((state) => state === "unavailable" || state === "maintenance");
  const broken = drifts.broken();
  return {
    status: away || broken.length > 0 ? "degraded" : "ok",
    sources,
    ...(Object.keys(maintenance).length > 0 && { maintenance }),
    ...(broken.length > 0 && { broken_resources: broken }),
  };
}

function siteOf(options: GatewayOptions, versions: readonly string[]): Site {
  const { definition, publicUrl, exampleCurl, readAsset, assetsArePrepared = false, teamGuides = false, hasTest = true } = options;
  return {
    title: definition.title,
    summary: definition.summary,
    url: publicUrl,
    version: definition.version,
    versions,
    keyPrefix: definition.keyPrefix,
    resources: siteResources(definition.contracts),
    words: guideWords(definition.contracts, hasTest, options.retention, options.usageKept),
    problems: problemKinds,
    example: { curl: exampleCurl },
    readAsset,
    assetsArePrepared,
    teamGuides,
  };
}
