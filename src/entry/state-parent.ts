/** Says which folder holds `.sluice` for a project. */
import { resolve } from "node:path";

/** A project that is named keeps its state itself; for the bundled one it is the folder one works in. */
export function stateParent(options: { readonly project: string | undefined; readonly workingFolder: string }): string {
  return options.project === undefined ? options.workingFolder : resolve(options.workingFolder, options.project);
}
