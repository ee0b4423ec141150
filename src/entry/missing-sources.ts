/** Says what has to be set for a project that brings no ERP along. */
import { type DeclaredSource, sourceVariables } from "#config";

const exampleUrls = { postgres: "postgres://user:password@host:5432/name", mariadb: "mysql://user:password@host:3306/name" } as const;

/** A sentence for each source. */
export function missingSources(sources: readonly DeclaredSource[]): readonly string[] {
  return sources.map(({ name, dialect }) => {
    const [live, test] = sourceVariables(name);
    return `${live} is missing: the URL of your ERP's database, such as ${exampleUrls[dialect]}; or ${test}, for one behind test keys.`;
  });
}
