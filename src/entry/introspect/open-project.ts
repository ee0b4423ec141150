/** What introspection has to know of a project, without loading its resources: a draft that is not finished would stop it. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

const sourceSchema = z.object({
  name: z.string(),
  dialect: z.enum(["postgres", "mariadb"]),
  schema: z.string().optional(),
  tablePrefix: z.string().optional(),
  bind: z.custom((value) => typeof value === "function"),
});

export interface ProjectSource extends Omit<z.infer<typeof sourceSchema>, "bind"> {
  /** The name it is exported by. */
  readonly exportedAs: string;
}

export interface IntrospectedProject {
  readonly path: string;
  readonly sources: readonly ProjectSource[];
  /** Strings that `erp/source.ts` exports: a zone, a company. */
  readonly constants: ReadonlyMap<string, string>;
  /** Resources by the table they stand on. */
  readonly resources: ReadonlyMap<string, string>;
  readonly tables: string | undefined;
  readonly decisions: string | undefined;
  readonly gateway: string | undefined;
  /** The interface that `erp/source.ts` imports from `./tables.ts`. */
  readonly rowTypesName: string | undefined;
}

/** Throws an Error with a sentence for the user where there is no project. */
export async function openProject(folder: string): Promise<IntrospectedProject> {
  const path = resolve(folder);
  if (!existsSync(join(path, "gateway.ts"))) throw new Error(`There is no project in ${path}: a project is a folder with a gateway.ts.`);
  const sourceFile = join(path, "erp", "source.ts");
  if (!existsSync(sourceFile)) throw new Error(`${sourceFile} is missing: it exports the source, as defineSource makes it.`);
  const exported = Object.entries(z.record(z.string(), z.unknown()).parse({ ...(await import(pathToFileURL(sourceFile).href)) }));
  const sources = exported.flatMap(([exportedAs, value]) => {
    const source = sourceSchema.safeParse(value).data;
    return source === undefined ? [] : [{ ...source, exportedAs }];
  });
  if (sources.length === 0) throw new Error(`${sourceFile} exports no source: export what defineSource returns.`);
  const text = await readFile(sourceFile, "utf8");
  return {
    path,
    sources,
    constants: new Map(exported.flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []))),
    resources: await readResources(path),
    tables: await readIfThere(join(path, "erp", "tables.ts")),
    decisions: await readIfThere(join(path, "erp", "decisions.ts")),
    gateway: await readIfThere(join(path, "gateway.ts")),
    rowTypesName: /import type \{ (\w+) \} from "\.\/tables\.ts"/.exec(text)?.[1],
  };
}

/** From the text of the resources. Of several that stand on one table, the first. */
async function readResources(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const folders = existsSync(join(path, "resources")) ? await readdir(join(path, "resources")) : [];
  for (const folder of folders.sort()) {
    const binding = (await readIfThere(join(path, "resources", folder, "erp.ts"))) ?? "";
    const contract = (await readIfThere(join(path, "resources", folder, "contract.ts"))) ?? "";
    const table = /\btable: "([^"]+)"/.exec(binding.slice(Math.max(0, binding.indexOf(".bind("))))?.[1];
    const name = /\bname: "([^"]+)"/.exec(contract)?.[1];
    // A key of several columns is none that a single column could refer to.
    if (table !== undefined && name !== undefined && !found.has(table) && /\bkey: "/.test(binding)) found.set(table, name);
  }
  return found;
}

async function readIfThere(file: string): Promise<string | undefined> {
  return existsSync(file) ? readFile(file, "utf8") : undefined;
}
