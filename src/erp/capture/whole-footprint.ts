/** All that a gateway leaves in an ERP's database, as its bindings want it: tables, and triggers on the tables of events. */

import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { type Denied, type FootprintState, installFootprint } from "../write/footprint/install.ts";
import { dropFootprint, type FootprintStatement, footprintChanges } from "../write/footprint.ts";
import { capturedTables } from "./captured-tables.ts";
import { dropAllTriggers, installTriggers, type TriggersInstalled, triggerStatements } from "./triggers.ts";

/** Those with commands or with events that triggers capture, each with its resources. */
export function sourcesToInstall(resources: readonly BoundResource[]): readonly (readonly BoundResource[])[] {
  const sources = new Map<string, BoundResource[]>();
  for (const resource of resources) sources.set(resource.source.name, [...(sources.get(resource.source.name) ?? []), resource]);
  return [...sources.values()].filter(
    (own) => capturedTables(own).length > 0 || own.some(({ contract, source }) => source.footprint !== "none" && Object.keys(contract.commands).length > 0),
  );
}

/** Statements in order, from nothing. `resources`: those of the source. Views that are bound cannot be told from tables here. */
export function wholeFootprint(source: SourceDeclaration, resources: readonly BoundResource[]): readonly FootprintStatement[] {
  const watched = capturedTables(resources);
  return [...footprintChanges(source), ...(watched.length === 0 ? [] : triggerStatements(source, watched))];
}

/** Statements in order that take all of it away, whatever level the source had before. */
export function dropWholeFootprint(source: SourceDeclaration, resources: readonly BoundResource[]): readonly string[] {
  const watched = capturedTables(resources.map((resource) => ({ ...resource, source: { ...resource.source, footprint: "full" } })));
  return [...(watched.length === 0 ? [] : dropAllTriggers(source, watched)), ...dropFootprint(source)];
}

/** `triggers`: undefined where none are wanted, or the tables could not be made. */
export interface Installed {
  readonly before: FootprintState | Denied;
  readonly triggers: TriggersInstalled | undefined;
}

/** Puts in place what is missing; does nothing where all is well. */
export async function installWhole(source: SourceDeclaration, resources: readonly BoundResource[], database: ErpDatabase): Promise<Installed> {
  const before = await installFootprint(source, database);
  const watched = capturedTables(resources);
  if (before.kind === "denied" || watched.length === 0) return { before, triggers: undefined };
  return { before, triggers: await installTriggers(source, watched, database) };
}
