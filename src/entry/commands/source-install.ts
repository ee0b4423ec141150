/** `sluice source install` and `uninstall`: what the gateway leaves in an ERP's database, put there or printed. */

import { z } from "zod";
import type { Variables } from "#config";
import {
  type BoundResource,
  dropWholeFootprint,
  type FootprintState,
  type GatewayDefinition,
  type Installed,
  installScript,
  installWhole,
  type SourceDeclaration,
  uninstallScript,
  wholeFootprint,
} from "#gateway";
import { Problem } from "#lib/problems.ts";
import { reasonOf } from "../doctor/finding.ts";
import { withEnvFile } from "../env-file.ts";
import { type Environment, type OpenErp, withErp } from "../open-erp.ts";
import { defaultProject, howToCall, loadProject } from "../project.ts";
import { type Command, exitCodes, projectOption, refuse, type Terminal } from "./command.ts";
import { parseOptions, project } from "./options.ts";
import { databaseOf } from "./source.ts";

const name = z.string().min(1, "is empty").optional();
const level = z.enum(["full", "receipts", "none"], "takes full, receipts or none");
const where = z.enum(["live", "test", "both"], "takes live, test or both");

export const sourceInstall: Command = {
  name: "source install",
  summary: "Put the gateway's own tables into the ERP's database, or print them for a DBA",
  usage: [
    "[--source <name>] [--environment live|test|both] [--level receipts|full|none] [--print [--role <name>] [--database <name>]]",
    "Commands write their receipts there, in the transaction of their effect. Where they are already, nothing is done. The level",
    "is the one the source declares: receipts, unless it says none or full, which puts triggers on the tables of events as well.",
    "With --print no database is asked: the script is for whoever may create tables, and grants the gateway's own account",
    "(--role) what it needs of them. Run it again after bindings have changed: triggers note the columns that are bound.",
  ],
  options: {
    source: { type: "string" },
    environment: { type: "string" },
    level: { type: "string" },
    print: { type: "boolean" },
    role: { type: "string" },
    database: { type: "string" },
    ...projectOption,
  },
  run: async (input, terminal) => {
    const typed = parseOptions(
      z.object({
        source: name,
        environment: where.default("both"),
        level: level.optional(),
        print: z.boolean().default(false),
        role: name,
        database: name,
        project,
      }),
      input,
    );
    const folder = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    const chosen = chooseSources(folder.definition, typed.source);
    if (typeof chosen === "string") return refuse(terminal, [chosen]);
    const wanted = chosen.filter((source) => isWanted(source, typed.level, terminal)).map((source) => atLevel(source, typed.level));
    const resourcesOf = (source: SourceDeclaration) => resourcesAt(folder.definition, source);
    if (typed.print) {
      for (const source of wanted)
        for (const line of installScript(source, wholeFootprint(source, resourcesOf(source)), scriptOptions(source, typed, folder.path, terminal.variables)))
          terminal.say(line);
      return exitCodes.done;
    }
    const environments: readonly Environment[] = typed.environment === "both" ? ["live", "test"] : [typed.environment];
    if (wanted.length === 0) return exitCodes.done;
    return withErp({ ...terminal, project: typed.project, folder, environments }, (open) => installAll(wanted, resourcesOf, environments, open, terminal));
  },
};

export const sourceUninstall: Command = {
  name: "source uninstall",
  summary: "Print the statements that take the gateway's own tables out of the ERP's database",
  usage: [
    "--print [--source <name>] [--database <name>]",
    "It only prints: what goes with the tables is the proof of what has been done, and a request that is repeated afterwards",
    "is carried out again.",
  ],
  options: { print: { type: "boolean" }, source: { type: "string" }, database: { type: "string" }, ...projectOption },
  run: async (input, terminal) => {
    const typed = parseOptions(
      z.object({ print: z.literal(true, "is missing: nothing is uninstalled from here"), source: name, database: name, project }),
      input,
    );
    const folder = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    const chosen = chooseSources(folder.definition, typed.source);
    if (typeof chosen === "string") return refuse(terminal, [chosen]);
    for (const source of chosen)
      for (const line of uninstallScript(
        source,
        dropWholeFootprint(source, resourcesAt(folder.definition, source)),
        scriptOptions(source, { ...typed, environment: "both" }, folder.path, terminal.variables),
      ))
        terminal.say(line);
    return exitCodes.done;
  },
};

/** Those of the definition, or the one that was named; else a sentence. */
function chooseSources({ resources }: GatewayDefinition, named: string | undefined): readonly SourceDeclaration[] | string {
  const sources = [...new Map(resources.map(({ source }) => [source.name, source])).values()];
  const chosen = named === undefined ? sources : sources.filter((source) => source.name === named);
  return chosen.length > 0 ? chosen : `There is no source "${named}". There are: ${sources.map((source) => source.name).join(", ")}.`;
}

function isWanted(source: SourceDeclaration, asked: z.infer<typeof level> | undefined, terminal: Terminal): boolean {
  if (asked === "none")
    terminal.complain(`${source.name}: at level none nothing is left in the ERP. Declare footprint: "none" on the source, so that the gateway knows.`);
  else if (source.footprint === "none") terminal.complain(`${source.name}: the source declares footprint: "none", so nothing is left in it.`);
  if (asked === "full" && source.footprint !== "full")
    terminal.complain(`${source.name}: triggers that nobody reads from would fill the database. Declare footprint: "full" on the source first.`);
  return asked !== "none" && source.footprint !== "none" && (asked !== "full" || source.footprint === "full");
}

/** Without triggers, where only receipts are asked for. */
function atLevel(source: SourceDeclaration, asked: z.infer<typeof level> | undefined): SourceDeclaration {
  return asked === "receipts" && source.footprint === "full" ? { ...source, footprint: "receipts" } : source;
}

/** Those of the source, at the level that it has here. */
function resourcesAt({ resources }: GatewayDefinition, source: SourceDeclaration): readonly BoundResource[] {
  return resources.filter((resource) => resource.source.name === source.name).map((resource) => ({ ...resource, source }));
}

interface Asked {
  readonly role?: string | undefined;
  readonly database?: string | undefined;
  readonly environment: z.infer<typeof where>;
}

function scriptOptions(source: SourceDeclaration, { role, database, environment }: Asked, path: string, variables: Variables) {
  return { role, database: database ?? databaseOf(withEnvFile(path, variables), source.name, environment === "test" ? "test" : "live") };
}

async function installAll(
  sources: readonly SourceDeclaration[],
  resourcesOf: (source: SourceDeclaration) => readonly BoundResource[],
  environments: readonly Environment[],
  open: OpenErp,
  terminal: Terminal,
): Promise<number> {
  const failures: string[] = [];
  for (const source of sources)
    for (const environment of environments) {
      const at = `${source.name}, ${environment}`;
      const database = open(source.name, environment);
      if (database === undefined) continue; // an environment that this gateway does not have
      try {
        const installed = await installWhole(source, resourcesOf(source), database);
        const { before, triggers } = installed;
        if (before.kind !== "denied") terminal.say(`${at}: ${done(before, triggers)}`);
        failures.push(...failuresOf(installed).map((failure) => `${at}: ${failure}`));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        failures.push(`${at}: ${reasonOf(error)}`);
      }
    }
  return failures.length === 0 ? exitCodes.done : refuse(terminal, failures);
}

const howElse = `\`${howToCall()} source install --print --role <the gateway's>\` prints what somebody who may create tables can run.`;

function failuresOf({ before, triggers }: Installed): readonly string[] {
  const denied = before.kind === "denied" ? before : triggers?.kind === "denied" ? triggers : undefined;
  if (denied !== undefined) return [`this account may not: ${denied.said}.\n  ${howElse}`];
  if (triggers?.kind === "unsuited") return [`${triggers.why}.`];
  if (triggers?.kind === "installed" && triggers.missing.length > 0)
    return [`no triggers on tables that there are not, or not for this account: ${triggers.missing.join(", ")}.`];
  return [];
}

function done(before: FootprintState, triggers: Installed["triggers"]): string {
  const set = triggers?.kind === "installed" ? triggers : undefined;
  const changed = set === undefined ? [] : [...set.tables, ...set.removed];
  const what = before.kind === "absent" ? "installed" : before.kind === "older" ? `brought forward from version ${before.version}` : undefined;
  const watched = set === undefined || set.watched === 0 ? "" : `, with triggers on ${set.watched} tables`;
  if (what !== undefined) return `${what}${watched}.`;
  const isThere =
    before.kind === "newer" ? `is there, of a newer version (${before.version})` : `is there (version ${"version" in before ? before.version : 0})`;
  if (changed.length === 0) return `${isThere}${watched}; nothing was done.`;
  const made = set?.tables.length === 0 ? "" : `; put in place those on ${set?.tables.join(", ")}`;
  const removed = set?.removed.length === 0 ? "" : `; took away ${set?.removed.join(", ")}`;
  return `${isThere}${watched}${made}${removed}.`;
}
