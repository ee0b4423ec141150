/** Loads a project: its gateway definition, and what it brings along for a first run. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type pg from "pg";
import { z } from "zod";
import type { GatewayDefinition } from "#gateway";

/**
 * What `erp/first-run.ts` of a project exports when the project bundles an ERP to try it with. A project without that
 * file needs the URLs of its ERP's databases.
 */
export interface FirstRun {
  /** The databases are called `<database>_live` and `<database>_test`. */
  readonly database: string;
  readonly demoPartners: readonly { readonly name: string; readonly accounts: readonly string[] }[];
  /** A request that shows something, e.g. `/v1/orders?limit=2`. */
  readonly samplePath: string;
  /** Creates and fills the ERP in an empty database. `onProgress` takes a line for the terminal. */
  readonly createErp: (client: pg.Client, environment: "live" | "test", onProgress: (line: string) => void) => Promise<void>;
  /** What the ERP's scheduler runs by itself, such as the import of staged rows; run now and then while the gateway serves. */
  readonly batch?: ((client: pg.Client) => Promise<void>) | undefined;
}

export interface ProjectFolder {
  readonly path: string;
  /** What `gateway.ts` exports as its default. */
  readonly definition: GatewayDefinition;
  readonly firstRun: FirstRun | undefined;
}

/** The project of this repository; the package as others install it has none. */
export const bundledProject = fileURLToPath(new URL("../../demo", import.meta.url));

/** How the command line is called: in this repository by an npm script, elsewhere as the package's command. */
export function howToCall(): string {
  return existsSync(bundledProject) ? "npm run sluice --" : "npx sluice";
}

/** The project when none is named: the folder one works in, where that is one, else the bundled one. */
export function defaultProject(workingFolder: string): string {
  return fileIn(workingFolder, "gateway") === undefined && existsSync(bundledProject) ? bundledProject : workingFolder;
}

/** Throws an Error with a sentence for the user when there is no project in the folder. */
export async function loadProject(folder: string): Promise<ProjectFolder> {
  refuseOldNode();
  const path = resolve(folder);
  const gatewayFile = fileIn(path, "gateway");
  if (!gatewayFile) {
    throw new Error(`There is no project in ${path}: a project is a folder with a gateway.ts. \`sluice init\` makes one, --project <folder> names another.`);
  }
  const { default: definition } = moduleSchema.parse(await import(pathToFileURL(gatewayFile).href));
  if (!isDefinition(definition)) throw new Error(`${gatewayFile} has to export as its default what defineGateway returns.`);

  const firstRunFile = fileIn(join(path, "erp"), "first-run");
  const firstRun = firstRunFile ? firstRunSchema.parse(await import(pathToFileURL(firstRunFile).href)) : undefined;
  return { path, definition, firstRun };
}

/** A project's files are TypeScript, which Node runs as it is from this version on. */
function refuseOldNode(): void {
  if (process.features.typescript) return;
  throw new Error(
    `This is Node ${process.versions.node}, and Sluice needs 22.19 or newer. \`npm install --save-dev node\` gives the project a newer one of its own: ` +
      "`npm start` and `npx sluice` then use it.",
  );
}

function fileIn(folder: string, name: string): string | undefined {
  return [".ts", ".js"].map((suffix) => join(folder, name + suffix)).find((path) => existsSync(path));
}

/** By its shape: a project outside this repository may have been made with another copy of the package. */
function isDefinition(value: unknown): value is GatewayDefinition {
  return typeof value === "object" && value !== null && "contracts" in value && Array.isArray(value.contracts) && "resources" in value && "version" in value;
}

const moduleSchema = z.object({ default: z.unknown().optional() });

const firstRunSchema: z.ZodType<FirstRun> = z.object({
  database: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/),
  demoPartners: z.array(z.object({ name: z.string(), accounts: z.array(z.string()) })),
  samplePath: z.string().startsWith("/"),
  createErp: z.custom<FirstRun["createErp"]>((value) => typeof value === "function", "is not a function"),
  batch: z.custom<NonNullable<FirstRun["batch"]>>((value) => typeof value === "function", "is not a function").optional(),
});
