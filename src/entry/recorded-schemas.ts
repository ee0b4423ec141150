/** The descriptions of sources that a project keeps in its `erp/` folder, and that `sluice check --record` writes. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRecordedSchema, type RecordedSchema } from "#gateway";

export function recordedSchemaFile(project: string, source: string): string {
  return join(project, "erp", `${source}.schema.json`);
}

/** By the name of the source; a source that was never recorded is absent. */
export function readRecordedSchemas(project: string, sources: readonly { readonly name: string }[]): ReadonlyMap<string, RecordedSchema> {
  return new Map(
    sources.flatMap(({ name }) => {
      const file = recordedSchemaFile(project, name);
      return existsSync(file) ? [[name, parseRecordedSchema(readFileSync(file, "utf8"), file)] as const] : [];
    }),
  );
}
