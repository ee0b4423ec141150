/** Whether a source has what its commands need: the footprint, of a version that this gateway writes to. */

import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { type FootprintState, footprintState } from "./footprint/install.ts";
import { footprintVersion } from "./footprint.ts";

/** Those whose commands need a footprint. */
export function sourcesWithFootprint({ resources }: { readonly resources: readonly BoundResource[] }): readonly SourceDeclaration[] {
  const writing = resources.filter(({ contract, source }) => source.footprint !== "none" && Object.keys(contract.commands).length > 0);
  return [...new Map(writing.map(({ source }) => [source.name, source])).values()];
}

/** In a sentence what is wrong with a source; undefined where nothing is, or none is needed. `resources`: all of it. Throws a `Problem` when it cannot answer. */
export async function footprintFault(resources: readonly BoundResource[], database: Pick<ErpDatabase, "query">): Promise<string | undefined> {
  const [source] = sourcesWithFootprint({ resources });
  return source && inWords(await footprintState(source, database));
}

function inWords(state: FootprintState): string | undefined {
  if (state.kind === "absent") return "Its commands need the gateway's footprint, which is not installed, or not shown to this account";
  if (state.kind === "older") return `The footprint is of version ${state.version}, and this gateway writes to version ${footprintVersion}`;
  return undefined;
}
