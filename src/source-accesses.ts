/** What is known of each source in each environment, shared by all that use it: its tables' columns, and trouble with them. */

import { dialects } from "#erp/dialects/dialects.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { type SourceAccess, sourceAccess } from "#erp/source-access.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { GatewayDefinition } from "./project.ts";

export type SourceAccesses = (source: string, environment: Environment) => SourceAccess;

export function sourceAccesses({ resources }: Pick<GatewayDefinition, "resources">, terms: Parameters<typeof sourceAccess>[3]): SourceAccesses {
  const sources = new Map(resources.map(({ source }) => [source.name, source]));
  const accesses = new Map(
    [...sources.values()].map((source) => {
      const own = resources.filter((resource) => resource.source.name === source.name);
      const tables = [...new Set(own.flatMap(({ binding }) => [...tablesOf(binding)]))];
      const access = (): SourceAccess => sourceAccess(source, dialects[source.dialect], tables, terms);
      return [source.name, { live: access(), test: access() }];
    }),
  );
  return (source, environment) => {
    const access = accesses.get(source);
    if (access === undefined) throw new Error(`no source ${source}`);
    return access[environment];
  };
}
