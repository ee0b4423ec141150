/** Examines the whole set-up of a project, in the order in which one thing needs another. */
import { resolve } from "node:path";
import { readConfig, type Variables } from "#config";
import { describeGateway } from "#gateway";
import { findRunning } from "../embedded/running.ts";
import { stateFolderIn } from "../embedded/state-folder.ts";
import { withEnvFile } from "../env-file.ts";
import { missingSources } from "../missing-sources.ts";
import { defaultProject } from "../project.ts";
import { stateParent } from "../state-parent.ts";
import { checkCompiler, checkLoading, checkNode, checkPackage } from "./check-project.ts";
import { checkEnvFile, checkSecrets } from "./check-secrets.ts";
import { checkAddress, checkDocuments, checkPort } from "./check-serving.ts";
import { checkSources } from "./check-sources.ts";
import { checkStore } from "./check-store.ts";
import { type Finding, fault, ok } from "./finding.ts";

export interface Patient {
  readonly project: string | undefined;
  readonly workingFolder: string;
  readonly variables: Variables;
}

/** Changes nothing. What cannot be looked at because of an earlier fault is left out. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const path = resolve(patient.workingFolder, patient.project ?? defaultProject(patient.workingFolder));
  const node = checkNode();
  const before = [node, checkPackage(path), checkCompiler(path)];
  if (node.state === "fault") return before;
  const { finding, project } = await checkLoading(path);
  if (project === undefined) return [...before, finding];
  const files = [...before, finding, await checkDocuments(project), ...checkEnvFile(path)];

  const { sources } = describeGateway(project.definition);
  const read = readConfig(withEnvFile(path, patient.variables), sources);
  const remedy = "Set it in the environment, or in .env of the project.";
  if (read.kind === "invalid") return [...files, ...read.reasons.map((reason) => fault("environment", reason, remedy))];
  const { config } = read;
  if (config.sources.kind === "embedded" && project.firstRun === undefined)
    return [...files, ...missingSources(sources).map((reason) => fault("environment", reason, remedy))];

  return [
    ...files,
    ok("environment", "All variables that are needed are set."),
    ...checkSecrets(config),
    await checkStore(config, path),
    ...(await checkSources(project.definition, config)),
    await checkPort(config, findRunning(stateFolderIn(stateParent(patient)))?.url),
    ...checkAddress(config),
  ];
}
