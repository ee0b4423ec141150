/** What writes need besides requests, at every source of a gateway, as work that gives way to partners. */

import type { BoundResource } from "#erp/binding/source.ts";
import type { Catalog, ErpDatabase } from "#erp/dialects/dialect.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import type { ResourceReader } from "#erp/read/reader.ts";
import type { ConflictCounts } from "#erp/write/conflict-counts.ts";
import { housekeeping } from "#erp/write/housekeeping.ts";
import type { BodySeal } from "#erp/write/receipt.ts";
import type { ReceiptRecords } from "#erp/write/receipt-records.ts";
import type { WithoutFootprint } from "#erp/write/without-footprint.ts";
import { Problem } from "#lib/problems.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { Databases, ServedResourcesParts } from "./served-resources.ts";

export interface WriteUpkeepParts extends Pick<ServedResourcesParts, "definition" | "guards" | "access" | "now" | "retention" | "warn"> {
  readonly served: readonly { readonly resource: BoundResource; readonly reader: ResourceReader }[];
  readonly seal: BodySeal;
  /** From `conflictSalt`. */
  readonly salt: string;
  readonly counts: ConflictCounts;
  /** Of the sources that take no tables of ours. */
  readonly reconcile: WithoutFootprint["round"];
}

/** One bounded round. Never rejects: what fails is logged, and tried again by the next. */
export type WriteUpkeep = (databases: Databases, records: ReceiptRecords) => Promise<void>;

const environments = ["live", "test"] as const;

export function writeUpkeep(parts: WriteUpkeepParts): WriteUpkeep {
  const { definition, served, guards, access, seal, salt, counts, reconcile, retention, now, warn } = parts;
  const sources = new Map(definition.resources.map(({ source }) => [source.name, source]));
  const keepers = [...sources.values()].flatMap((source) => {
    const own = served.filter(({ resource }) => resource.source.name === source.name);
    if (source.footprint === "none" || own.every(({ resource }) => Object.keys(resource.contract.commands).length === 0)) return [];
    return environments.map((environment) => {
      const about = { source: source.name, environment };
      const keeper = housekeeping({
        source,
        dialect: dialects[source.dialect],
        resources: own,
        seal,
        salt,
        retention,
        now,
        say: {
          deadLetter: (letter) => warn({ ...about, ...letter }, "the ERP has not dealt with a staged row: a person has to look"),
          overwritten: (field) => {
            counts.count({ ...about, resource: field.resource }, [{ rule: "owner", outcome: "erp" }]);
            warn({ ...about, ...field }, "the ERP has overwritten a field that the partner owns");
          },
        },
      });
      return { source, environment, keeper };
    });
  });

  /** Work at a source that nobody waits for. */
  function inBackground(databases: Databases, source: string, environment: Environment) {
    return <T>(use: (database: ErpDatabase, catalog: Catalog) => Promise<T>): Promise<T> =>
      guards.of(source, environment).run({ kind: "background", by: "housekeeping" }, databases(source, environment), async (database) => {
        const known = access(source, environment);
        return known.watch(async () => use(database, await known.catalog(database)));
      });
  }

  return async (databases, records) => {
    const failed = (about: Readonly<Record<string, unknown>>, error: unknown): void => {
      // A database that cannot answer is told of elsewhere; the next round tries again.
      if (!(error instanceof Problem)) warn({ ...about, reason: String(error) }, "housekeeping failed");
    };
    const reconciled = reconcile(records, ({ source, environment }) => {
      const run = inBackground(databases, source, environment);
      return (use) => run((database, catalog) => use({ database, catalog, drift: () => undefined }));
    }).catch((error: unknown) => failed({}, error));
    await Promise.all([
      reconciled,
      ...keepers.map(async ({ source, environment, keeper }) => {
        try {
          await keeper.round(inBackground(databases, source.name, environment));
        } catch (error) {
          failed({ source: source.name, environment }, error);
        }
      }),
    ]);
  };
}
