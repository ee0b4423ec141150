/** The composition root: makes a gateway of a project's definition and what the runtime brings. */

import { declaredScopes } from "#contract/contract.ts";
import { openApiDocument } from "#contract/openapi/document.ts";
import { type Operation, operationsOf } from "#contract/operations.ts";
import type { DialectName } from "#erp/binding/source.ts";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import type { Dialect, ErpDatabase } from "#erp/dialects/dialect.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { type SourceAccess, sourceAccess } from "#erp/source-access.ts";
import { app } from "#http/app.ts";
import type { Log } from "#http/log.ts";
import { type AccessOf, type Origin, partnerApi } from "#http/partner-api.ts";
import { routes } from "#http/route.ts";
import type { Site } from "#http/site/site.ts";
import { problemKinds } from "#lib/problems.ts";
import { cursors } from "#pipeline/cursor.ts";
import { partnerPipeline } from "#pipeline/index.ts";
import type { ResourceAccess } from "#pipeline/ports.ts";
import type { Authenticator, Environment } from "#pipeline/principal.ts";
import type { GatewayDefinition } from "./project.ts";

export type { ErpDatabase } from "#erp/dialects/dialect.ts";
export type { Log } from "#http/log.ts";
export { problemDocument } from "#http/problem-document.ts";
export type { GatewayDefinition } from "./project.ts";

/** The way to one source in one environment, as a request is given it. */
export type Databases = (source: string, environment: Environment) => ErpDatabase;

export interface GatewayOptions {
  readonly definition: GatewayDefinition;
  readonly authenticator: Authenticator;
  /** At least 32 random bytes, the same on all processes: seals cursors. */
  readonly secret: Uint8Array;
  /** Where partners reach the gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** A first request for the landing page. */
  readonly exampleCurl: string;
  readonly readAsset: Site["readAsset"];
  /** Whether the documentation has the guides for the team that wraps the ERP; not without it. */
  readonly teamGuides?: boolean;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
}

export interface Gateway {
  fetch(request: Request, origin: Origin, databases: Databases): Promise<Response>;
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

/** The OpenAPI documents of a definition by version, as the text that is served and committed. */
export function documentsOf(definition: GatewayDefinition): ReadonlyMap<string, string> {
  return new Map([[definition.version, `${JSON.stringify(openApiDocument(definition), null, 2)}\n`]]);
}

/** Opens a pool of connections to a source, where the runtime allows connections that outlive a request. */
export function openSource(dialect: DialectName, options: ConnectionOptions): OpenDatabase {
  return dialect === "postgres" ? openPostgres(options) : openMariadb(options);
}

export function createGateway(options: GatewayOptions): Gateway {
  const { definition, log, now } = options;
  const operations = definition.contracts.flatMap(operationsOf);
  const { versions } = describeGateway(definition);
  const resources = new Map(
    definition.resources.map((resource) => [resource.contract.name, { resource, reader: resourceReader(resource, dialects[resource.source.dialect]) }]),
  );
  const accesses = sourceAccesses(definition, now);

  const accessOf =
    (databases: Databases): AccessOf =>
    (operation, principal): ResourceAccess => {
      const found = resources.get(operation.contract.name);
      const source = found && accesses.get(sourceKey(found.resource.source.name, principal.environment));
      if (found === undefined || source === undefined) throw new Error(`no resource ${operation.contract.name}`);
      const database = databases(found.resource.source.name, principal.environment);
      const caller = async (accounts: readonly string[]) => ({
        database,
        catalog: await source.catalog(database),
        accounts,
        drift: (note: object) => log.warn({ ...note, environment: principal.environment }, "a value in the ERP does not fit its binding"),
      });
      return {
        list: (accounts, query, after) => source.watch(async () => found.reader.list(await caller(accounts), query, after)),
        get: (accounts, id, fields) => source.watch(async () => found.reader.get(await caller(accounts), id, fields)),
      };
    };

  const api = partnerApi({
    route: routes(operations),
    pipeline: partnerPipeline({
      authenticator: options.authenticator,
      cursors: cursors(options.secret),
      versions,
      known: (contract) => resources.get(contract.name)?.reader.known ?? {},
    }),
    baseUrl: options.publicUrl,
    log,
    now,
    elapsedMs: options.elapsedMs,
  });
  const http = app({ api, site: siteOf(options, operations, versions), documents: documentsOf(definition), health: () => healthOf(accesses), log });
  return { fetch: async (request, origin, databases) => http.fetch(request, { origin, access: accessOf(databases) }) };
}

function sourceKey(source: string, environment: Environment): string {
  return `${source} ${environment}`;
}

function sourceAccesses(definition: GatewayDefinition, now: () => number): ReadonlyMap<string, SourceAccess> {
  const tables = new Map<string, Set<string>>();
  for (const { source, binding } of definition.resources) {
    const named = tables.get(source.name) ?? new Set<string>();
    for (const table of tablesOf(binding)) named.add(table);
    tables.set(source.name, named);
  }
  const accesses = new Map<string, SourceAccess>();
  for (const { source } of definition.resources) {
    const dialect: Dialect = dialects[source.dialect];
    for (const environment of ["live", "test"] as const)
      accesses.set(sourceKey(source.name, environment), sourceAccess(source, dialect, [...(tables.get(source.name) ?? [])], now));
  }
  return accesses;
}

function healthOf(accesses: ReadonlyMap<string, SourceAccess>): Readonly<Record<string, unknown>> {
  const sources = Object.fromEntries([...accesses].map(([key, access]) => [key.replace(" ", "."), access.state()]));
  return { status: Object.values(sources).includes("unavailable") ? "degraded" : "ok", sources };
}

function siteOf(
  { definition, publicUrl, exampleCurl, readAsset, teamGuides = false }: GatewayOptions,
  operations: readonly Operation[],
  versions: readonly string[],
): Site {
  return {
    title: definition.title,
    summary: definition.summary,
    url: publicUrl,
    version: definition.version,
    versions,
    keyPrefix: definition.keyPrefix,
    resources: definition.contracts.map((contract) => ({
      name: contract.name,
      summary: contract.summary,
      operations: operations.filter((operation) => operation.contract === contract),
    })),
    problems: problemKinds,
    example: { curl: exampleCurl },
    readAsset,
    teamGuides,
  };
}
