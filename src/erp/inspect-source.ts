/** Looks at one source in one environment as an operator would before it is served: account, limits, and bound tables. */

import type { BoundResource } from "./binding/source.ts";
import { captureFaults } from "./capture/trigger-check.ts";
import type { ErpAccount, WantedLimits } from "./dialects/account.ts";
import type { ErpDatabase } from "./dialects/dialect.ts";
import { dialects } from "./dialects/dialects.ts";
import { mariadbAccount } from "./dialects/mariadb/mariadb-account.ts";
import { postgresAccount } from "./dialects/postgres/postgres-account.ts";
import { physicalName, tablesOf } from "./read/relation.ts";
import { footprintFault } from "./write/footprint-check.ts";

export interface SourceInspection extends ErpAccount {
  /** Tables that are bound and not found, or not shown to the account. */
  readonly missing: readonly { readonly resource: string; readonly table: string }[];
  /** Whether commands are carried out here, so that the account has to write. */
  readonly writes: boolean;
  /** In a sentence what keeps them from being carried out; undefined where nothing does. */
  readonly footprint: string | undefined;
  /** In sentences what keeps changes from being noted by triggers. */
  readonly capture: readonly string[];
}

/** `resources` are those of this one source. Reads only; throws what `database` throws. */
export async function inspectSource(resources: readonly BoundResource[], database: ErpDatabase, limits: WantedLimits): Promise<SourceInspection> {
  const [first] = resources;
  if (first === undefined) throw new Error("a source without resources");
  const { source } = first;
  const account = await (source.dialect === "postgres" ? postgresAccount : mariadbAccount)(database, limits);
  const bound = resources.flatMap((resource) =>
    [...tablesOf(resource.binding)].map((table) => ({ resource: resource.contract.name, table: physicalName(source, table) })),
  );
  const names = [...new Set(bound.map(({ table }) => table))];
  const catalog = await dialects[source.dialect].describe(database, source.schema, names);
  return {
    ...account,
    missing: bound.filter(({ table }) => !catalog.has(table)),
    writes: resources.some(({ contract }) => Object.keys(contract.commands).length > 0),
    footprint: await footprintFault(resources, database),
    capture: await captureFaults(resources, database),
  };
}
