/** The example that `sluice init` put into a project: as long as nobody touched it, the first draft takes its place. */
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exampleFiles } from "../init/project-files.ts";

const folder = "resources/widgets";

/** Whether the project still holds the example as it was made, to the letter. */
export async function holdsExample(project: string): Promise<boolean> {
  if (!existsSync(join(project, folder))) return false;
  const files = exampleFiles(folder);
  const there = await readdir(join(project, folder));
  if (there.length !== files.size) return false;
  for (const [path, text] of files) if ((await readIfThere(join(project, path))) !== text) return false;
  return true;
}

/** Whether `erp/tables.ts` is the example's own: then it describes no table of the ERP. */
export function isExampleTables(text: string | undefined): boolean {
  return text === exampleFiles("erp/tables.ts").get("erp/tables.ts");
}

/** `gateway.ts` without the example; undefined where it does not stand there as it was made. */
export function withoutExample(gateway: string): string | undefined {
  const line = 'import { widgetsInErp } from "./resources/widgets/erp.ts";\n';
  const listed = /\bresources: \[widgetsInErp(?:, )?/;
  return gateway.includes(line) && listed.test(gateway) ? gateway.replace(line, "").replace(listed, "resources: [") : undefined;
}

/** Removes the example's folder at once: a rename, so that a crash leaves all of it or nothing in its place. */
export async function removeExample(project: string): Promise<void> {
  const aside = join(project, `.sluice-example-${process.pid}`);
  await rename(join(project, folder), aside);
  await rm(aside, { recursive: true });
}

async function readIfThere(file: string): Promise<string | undefined> {
  return existsSync(file) ? readFile(file, "utf8") : undefined;
}
