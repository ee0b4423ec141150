/** `sluice check`: whether the ERP still has what the bindings read, and which filters and sorts no index serves. */

import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { z } from "zod";
import { checkSource, type GatewayDefinition, type RecordedSchema, type SourceReport, writeRecordedSchema } from "#gateway";
import { Problem } from "#lib/problems.ts";
import { type Environment, type OpenErp, withErp } from "../open-erp.ts";
import { defaultProject, loadProject } from "../project.ts";
import { readRecordedSchemas, recordedSchemaFile } from "../recorded-schemas.ts";
import { counted, reportInWords, reportToJson } from "./check-report.ts";
import { type Command, exitCodes, jsonOption, projectOption, refuse, type Terminal } from "./command.ts";
import { environment, json, parseOptions, project } from "./options.ts";

export interface EnvironmentReport extends SourceReport {
  readonly source: string;
  readonly environment: Environment;
  /** Whether there is a description to compare with. */
  readonly compared: boolean;
}

export const checkCommand: Command = {
  name: "check",
  summary: "Compare the bindings with the ERP as it is, and name what no index serves",
  usage: [
    "[--env live|test] [--strict] [--record]",
    "It only has statements planned, and runs none of them. It fails when a resource cannot be served as it is bound, when",
    "commands lack the gateway's footprint, when triggers of a source that is declared to have them are not as they should be, or",
    "when a column has changed since --record wrote erp/<source>.schema.json; with --strict also on what no index serves.",
    "--record writes that file from the live ERP (or the --env named): commit it.",
  ],
  options: { env: { type: "string" }, strict: { type: "boolean" }, record: { type: "boolean" }, ...projectOption, ...jsonOption },
  run: async (input, terminal) => {
    const typed = parseOptions(
      z.object({ env: environment.optional(), strict: z.boolean().default(false), record: z.boolean().default(false), project, json }),
      input,
    );
    const folder = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    const environments: readonly Environment[] = typed.env !== undefined ? [typed.env] : typed.record ? ["live"] : ["live", "test"];
    const recorded = readRecordedSchemas(folder.path, sourceNames(folder.definition));
    let reports: readonly EnvironmentReport[];
    try {
      reports = await withErp({ ...terminal, project: typed.project, folder, environments }, (open) =>
        checkAll(folder.definition, environments, recorded, open),
      );
    } catch (error) {
      if (error instanceof Problem) return refuse(terminal, [unreachable(error)]);
      throw error;
    }
    if (typed.record) return record(terminal, folder.path, reports);
    terminal.say(typed.json ? JSON.stringify(reportToJson(reports)) : reportInWords(reports));
    const resources = reports.flatMap((report) => report.resources);
    const differs = resources.some(({ findings }) => findings.length > 0);
    const unserved = resources.some(({ judgement }) => judgement?.unserved.some(({ waived }) => waived === undefined));
    const unwritable = reports.some(({ footprint, capture }) => footprint !== undefined || capture.length > 0);
    return differs || unwritable || (typed.strict && unserved) ? exitCodes.refused : exitCodes.done;
  },
};

function sourceNames({ resources }: GatewayDefinition): readonly { readonly name: string }[] {
  return [...new Set(resources.map(({ source }) => source.name))].map((name) => ({ name }));
}

async function checkAll(
  definition: GatewayDefinition,
  environments: readonly Environment[],
  recorded: ReadonlyMap<string, RecordedSchema>,
  open: OpenErp,
): Promise<readonly EnvironmentReport[]> {
  const reports: EnvironmentReport[] = [];
  for (const { name } of sourceNames(definition)) {
    const resources = definition.resources.filter(({ source }) => source.name === name);
    for (const where of environments) {
      const database = open(name, where);
      if (database === undefined) continue; // an environment that this gateway does not have
      const report = await checkSource(resources, database, recorded.get(name));
      reports.push({ ...report, source: name, environment: where, compared: recorded.has(name) });
    }
  }
  return reports;
}

async function record(terminal: Terminal, folder: string, reports: readonly EnvironmentReport[]): Promise<number> {
  const broken = reports.flatMap((report) => report.resources.filter((resource) => resource.broken));
  if (broken.length > 0) {
    const reasons = broken.flatMap(({ resource, findings }) =>
      findings.map(({ places, what }) => `${resource}: ${places === "" ? "" : `${places}: `}${what}.`),
    );
    return refuse(terminal, [...reasons, "Nothing was recorded: what is missing would never be missed again."]);
  }
  for (const { source, schema } of reports) {
    const file = recordedSchemaFile(folder, source);
    await writeFile(file, writeRecordedSchema(schema));
    const tables = Object.values(schema.tables);
    const columns = tables.reduce((sum, table) => sum + Object.keys(table).length, 0);
    terminal.say(`Wrote ${relative(terminal.workingFolder, file)}: ${counted(columns, "column")} of ${counted(tables.length, "table")}. Commit it.`);
  }
  return exitCodes.done;
}

function unreachable(problem: Problem): string {
  const cause = problem.cause instanceof Error ? (problem.cause.cause ?? problem.cause) : problem;
  return `The ERP cannot be asked: ${cause instanceof Error ? cause.message : String(cause)}`;
}
