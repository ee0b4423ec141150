/** Whether a source notes its changes as it is declared to: the table is there, and triggers that are enabled and made of what is bound now. */

import { Problem } from "#lib/problems.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { footprintState } from "../write/footprint/install.ts";
import { footprintVersion } from "../write/footprint.ts";
import { type CapturedTable, capturedTables } from "./captured-tables.ts";
import { type TableWatch, type WatchState, watchState } from "./triggers.ts";

/** Sources with resources whose changes triggers note, and what they watch. */
function watchedSources(resources: readonly BoundResource[]): ReadonlyMap<SourceDeclaration, readonly CapturedTable[]> {
  const sources = new Map(resources.map(({ source }) => [source.name, source]));
  const watched = [...sources.values()].map((source): [SourceDeclaration, readonly CapturedTable[]] => [
    source,
    capturedTables(resources.filter((one) => one.source.name === source.name)),
  ]);
  return new Map(watched.filter(([, tables]) => tables.length > 0));
}

/** In sentences what keeps changes of one source from being noted. `resources`: all of it. Throws a `Problem` when it cannot answer. */
export async function captureFaults(resources: readonly BoundResource[], database: Pick<ErpDatabase, "query">): Promise<readonly string[]> {
  const [[source, watched] = []] = watchedSources(resources);
  return source === undefined || watched === undefined ? [] : faultsOf(source, watched, database);
}

async function faultsOf(source: SourceDeclaration, watched: readonly CapturedTable[], database: Pick<ErpDatabase, "query">): Promise<readonly string[]> {
  const footprint = await footprintState(source, database);
  const needed = footprintVersion(source);
  const absent =
    footprint.kind === "absent"
      ? ["Changes are to be noted in the gateway's footprint, which is not installed, or not shown to this account"]
      : footprint.kind === "older"
        ? [`The footprint is of version ${footprint.version}, and changes are noted in version ${needed}`]
        : [];
  return [...absent, ...inWords(await watchState(source, watched, database))];
}

function inWords({ tables, needless, unsuited }: WatchState): readonly string[] {
  if (unsuited !== undefined) return [unsuited];
  const list = (state: TableWatch["state"]): string =>
    tables
      .filter((table) => table.state === state)
      .map(({ table }) => table)
      .join(", ");
  const of = (names: string, what: string): readonly string[] => (names === "" ? [] : [`${what}: ${names}`]);
  return [
    ...of(list("missing"), "Changes go unnoted, since there are no triggers on these tables"),
    ...of(list("disabled"), "Changes go unnoted, since the triggers on these tables are disabled"),
    ...of(list("outdated"), "The triggers on these tables note other columns than are bound now"),
    ...of(needless.join(", "), "Triggers of tables that are bound no more note changes that nobody reads"),
  ];
}

export interface TriggerWatch<Environment extends string> {
  /** One look at every source that is watched. True when nothing that answered is amiss. */
  check(databases: (source: string, environment: Environment) => Pick<ErpDatabase, "query">): Promise<boolean>;
}

type Say = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** An operator hears once of each change. */
export function triggerWatch<Environment extends string>(
  resources: readonly BoundResource[],
  environments: readonly Environment[],
  log: { readonly error: Say; readonly warn: Say },
): TriggerWatch<Environment> {
  const sources = watchedSources(resources);
  const said = new Map<string, string>();
  return {
    async check(databases) {
      for (const [source, watched] of sources)
        for (const environment of environments) {
          const at = { source: source.name, environment };
          const key = `${source.name} ${environment}`;
          try {
            const faults = await faultsOf(source, watched, databases(source.name, environment));
            const whole = faults.join("; ");
            if (whole !== "" && whole !== said.get(key))
              log.error({ ...at, reasons: faults }, "changes in the ERP are not all noted: run sluice source install");
            if (whole === "" && said.delete(key)) log.warn(at, "changes in the ERP are noted by triggers again");
            if (whole !== "") said.set(key, whole);
          } catch (trouble) {
            if (!(trouble instanceof Problem)) throw trouble; // whoever watches the source itself says that it does not answer
          }
        }
      return said.size === 0;
    },
  };
}
