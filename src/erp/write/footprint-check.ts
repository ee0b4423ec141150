/** Whether a source has what its commands need: the footprint, of a version that this gateway writes to. */

import { Problem } from "#lib/problems.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { type FootprintState, footprintState } from "./footprint/install.ts";
import { receiptsVersion } from "./footprint.ts";

/** Those whose commands need a footprint. */
function sourcesWithFootprint({ resources }: { readonly resources: readonly BoundResource[] }): readonly SourceDeclaration[] {
  const writing = resources.filter(({ contract, source }) => source.footprint !== "none" && Object.keys(contract.commands).length > 0);
  return [...new Map(writing.map(({ source }) => [source.name, source])).values()];
}

/** In a sentence what is wrong with a source; undefined where nothing is, or none is needed. `resources`: all of it. Throws a `Problem` when it cannot answer. */
export async function footprintFault(resources: readonly BoundResource[], database: Pick<ErpDatabase, "query">): Promise<string | undefined> {
  const [source] = sourcesWithFootprint({ resources });
  return source && inWords(await footprintState(forCommands(source), database));
}

export interface FootprintWatch<Environment extends string> {
  /** One look at every source whose commands need it. True when nothing that answered lacks it. */
  check(databases: (source: string, environment: Environment) => Pick<ErpDatabase, "query">): Promise<boolean>;
}

type Say = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** An operator hears once of each change. */
export function footprintWatch<Environment extends string>(
  resources: readonly BoundResource[],
  environments: readonly Environment[],
  log: { readonly error: Say; readonly warn: Say },
): FootprintWatch<Environment> {
  const said = new Map<string, string>();
  return {
    async check(databases) {
      for (const source of sourcesWithFootprint({ resources }))
        for (const environment of environments) {
          const at = { source: source.name, environment };
          const key = `${source.name} ${environment}`;
          try {
            const fault = inWords(await footprintState(forCommands(source), databases(source.name, environment)));
            if (fault !== undefined && fault !== said.get(key)) log.error(at, `${fault}: commands are answered 503 until it is; run sluice source install`);
            if (fault === undefined && said.delete(key)) log.warn(at, "the footprint is there: commands are carried out");
            if (fault !== undefined) said.set(key, fault);
          } catch (trouble) {
            if (!(trouble instanceof Problem)) throw trouble; // whoever watches the source itself says that it does not answer
          }
        }
      return said.size === 0;
    },
  };
}

/** Commands need no more than receipts: what capturing lacks is told apart. */
function forCommands(source: SourceDeclaration): SourceDeclaration {
  return { ...source, footprint: "receipts" };
}

function inWords(state: FootprintState): string | undefined {
  if (state.kind === "absent") return "Its commands need the gateway's footprint, which is not installed, or not shown to this account";
  if (state.kind === "older") return `The footprint is of version ${state.version}, and this gateway writes to version ${receiptsVersion}`;
  return undefined;
}
