/** The resources of a gateway as requests reach them: readers and runners, each behind the protection of its source. */

import type { Known } from "#contract/certain.ts";
import type { Contract } from "#contract/contract.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import type { Dialect, ErpDatabase } from "#erp/dialects/dialect.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import type { DriftWatch } from "#erp/drift-watch.ts";
import type { SourceWork } from "#erp/protection/protected-source.ts";
import type { Protection } from "#erp/protection/protection.ts";
import { tagSalt } from "#erp/read/entity-tag.ts";
import { type ReadCaller, type ResourceReader, resourceReader } from "#erp/read/reader.ts";
import type { SourceAccess } from "#erp/source-access.ts";
import { bodySeal } from "#erp/write/body-seal.ts";
import { conflictCounts } from "#erp/write/conflict-counts.ts";
import { conflictLog, conflictSalt } from "#erp/write/conflict-log.ts";
import { type CommandRunner, commandRunner, type WritePoint } from "#erp/write/execute.ts";
import { operationIds } from "#erp/write/operation-id.ts";
import { findOperation } from "#erp/write/operations.ts";
import type { ReceiptRecords } from "#erp/write/receipt-records.ts";
import { receiptTable } from "#erp/write/receipt-table.ts";
import type { Retention } from "#erp/write/retention.ts";
import { withoutFootprint } from "#erp/write/without-footprint.ts";
import type { RequestWays } from "#http/partner-api.ts";
import type { Environment, Principal } from "#pipeline/principal.ts";
import type { GatewayDefinition } from "./project.ts";
import { type WriteUpkeep, writeUpkeep } from "./write-upkeep.ts";

export type Databases = (source: string, environment: Environment) => ErpDatabase;

export interface ServedResourcesParts {
  readonly definition: GatewayDefinition;
  readonly secret: Uint8Array;
  readonly previousSecrets: readonly Uint8Array[];
  readonly guards: Protection;
  readonly drifts: DriftWatch<Environment>;
  readonly access: (source: string, environment: Environment) => SourceAccess;
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  /** Bound of a connection and a statement together. */
  readonly statementBoundMs: number;
  readonly retention: Retention;
  readonly passing: (point: WritePoint) => void;
  readonly warn: (about: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface ServedResources {
  /** What the ERP side is certain of, by field. */
  known(contract: Contract): Readonly<Record<string, Known | undefined>>;
  /** The ways of one request. `signal` tells when nobody waits for it any more. */
  ways(databases: Databases, records: ReceiptRecords, signal: () => AbortSignal): Pick<RequestWays, "access" | "operations">;
  /** One bounded round of what writes need besides requests. */
  readonly tend: WriteUpkeep;
  /** Conflicts that were counted, for Prometheus. */
  metrics(): string;
}

interface Served {
  readonly resource: BoundResource;
  readonly dialect: Dialect;
  readonly reader: ResourceReader;
  runner(environment: Environment, records: ReceiptRecords): CommandRunner;
}

export function servedResources(parts: ServedResourcesParts): ServedResources {
  const { definition, secret, guards, drifts, access, now, passing, warn } = parts;
  const seal = bodySeal({ current: secret, previous: parts.previousSecrets });
  const ids = operationIds(secret);
  const salt = conflictSalt(secret);
  const counts = conflictCounts();
  const readers = new Map(
    definition.resources.map((resource) => [resource.contract.name, resourceReader(resource, dialects[resource.source.dialect], tagSalt(secret))]),
  );
  const served = new Map(
    definition.resources.map((resource): [string, Served] => {
      const dialect = dialects[resource.source.dialect];
      const reader = found(readers, resource.contract.name);
      const runner = (environment: Environment): CommandRunner =>
        commandRunner({
          resource,
          dialect,
          reader,
          readerOf: (name) => found(readers, name),
          receipts: receiptTable(resource.source, dialect),
          conflicts: conflictLog({ resource, dialect, seal, salt, now }),
          seal,
          operationId: (partner, keyHash) => ids.make({ source: resource.source.name, environment, partner, keyHash }),
          now,
          passing,
          counted: (conflicts) => counts.count({ source: resource.source.name, environment, resource: resource.contract.name }, conflicts),
        });
      if (resource.source.footprint === "none")
        return [
          resource.contract.name,
          { resource, dialect, reader, runner: (environment, records) => bare.runner(resource.contract.name, environment, records) },
        ];
      const runners = { live: runner("live"), test: runner("test") };
      return [resource.contract.name, { resource, dialect, reader, runner: (environment) => runners[environment] }];
    }),
  );
  const bare = withoutFootprint({
    ...parts,
    resources: [...served.values()],
    readerOf: (name) => found(readers, name),
    conflictsOf: (resource) => conflictLog({ resource, dialect: dialects[resource.source.dialect], seal, salt, now }),
    seal,
    operationId: (place, partner, keyHash) => ids.make({ ...place, partner, keyHash }),
  });

  /** Runs work on a resource at its source, watched for drift. */
  function at<T>(
    { resource }: Served,
    { environment, accounts }: Principal,
    work: SourceWork,
    databases: Databases,
    use: (caller: ReadCaller) => Promise<T>,
  ): Promise<T> {
    const source = access(resource.source.name, environment);
    const drift = drifts.of(resource, environment);
    const note = (about: object): void => warn({ ...about, environment }, "a value in the ERP does not fit its binding");
    return guards.of(resource.source.name, environment).run(work, databases(resource.source.name, environment), async (guarded) => {
      await drift.admit(guarded);
      try {
        const result = await source.watch(async () => {
          const catalog = await source.catalog(guarded);
          await drift.compare(catalog, guarded);
          return use({ database: guarded, catalog, accounts, drift: note });
        });
        drift.worked();
        return result;
      } catch (error) {
        await drift.failed(error, guarded, work.kind === "write" ? "command" : "read");
        throw error;
      }
    });
  }

  return {
    known: ({ name }) => readers.get(name)?.known ?? {},
    ways: (databases, records, signal) => ({
      access: (contract, principal) => {
        const one = found(served, contract.name);
        const work = { by: principal.partner, signal };
        const read = <T>(accounts: readonly string[], use: (caller: ReadCaller) => Promise<T>): Promise<T> =>
          at(one, principal, { ...work, kind: "read" }, databases, (caller) => use({ ...caller, accounts }));
        return {
          list: (accounts, query, after) => read(accounts, (caller) => one.reader.list(caller, query, after)),
          get: (accounts, id, fields) => read(accounts, (caller) => one.reader.get(caller, id, fields)),
          repeat: (call) => {
            const { isRecent, repeat } = one.runner(principal.environment, records);
            if (repeat === undefined || isRecent?.(call.keyHash) !== true) return undefined;
            const { name } = one.resource.source;
            const guard = guards.of(name, principal.environment);
            return guard.run({ ...work, kind: "write" }, databases(name, principal.environment), (database) => repeat(database, call));
          },
          command: (call) =>
            at(one, principal, { ...work, kind: "write" }, databases, (caller) => one.runner(principal.environment, records).run(caller, call)),
        };
      },
      operations: (principal) => ({ find: (id) => findAt(id, principal, databases, records, signal) }),
    }),
    tend: writeUpkeep({ ...parts, served: [...served.values()], seal, salt, counts, reconcile: bare.round }),
    metrics: counts.text,
  };

  async function findAt(id: string, { partner, environment }: Principal, databases: Databases, records: ReceiptRecords, signal: () => AbortSignal) {
    const sources = new Map(definition.resources.map(({ source }) => [source.name, source]));
    const opened = ids.open(id, { environment, partner, sources: [...sources.keys()] });
    const source = opened && sources.get(opened.source);
    if (source === undefined || opened === undefined) return undefined;
    const dialect = dialects[source.dialect];
    const bound = definition.resources.filter((resource) => resource.source.name === source.name);
    const guard = guards.of(source.name, environment);
    const work = { kind: "read", by: partner, signal, fresh: true } as const;
    if (source.footprint === "none")
      return bare.findOperation({ source: source.name, environment }, opened.keyHash, partner, records, (use) =>
        guard.run(work, databases(source.name, environment), async (database) =>
          use({ database, catalog: await access(source.name, environment).catalog(database), drift: () => undefined }),
        ),
      );
    return guard.run(work, databases(source.name, environment), (database) =>
      findOperation({ database, dialect, source, resources: bound, receipts: receiptTable(source, dialect), seal, now: now() }, opened.keyHash, partner),
    );
  }
}

function found<T>(by: ReadonlyMap<string, T>, name: string): T {
  const one = by.get(name);
  if (one === undefined) throw new Error(`no resource ${name}`);
  return one;
}
