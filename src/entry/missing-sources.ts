/** Says what has to be set for a project that brings no ERP along, and what is left out. */
import { type Config, type DeclaredSource, sourceVariables } from "#config";

const exampleUrls = { postgres: "postgres://user:password@host:5432/name", mariadb: "mysql://user:password@host:3306/name" } as const;

/** A sentence for each source. */
export function missingSources(sources: readonly DeclaredSource[]): readonly string[] {
  return sources.map(({ name, dialect }) => {
    const [live, test] = sourceVariables(name);
    return `${live} is missing: the URL of your ERP's database, such as ${exampleUrls[dialect]}; or ${test}, for one behind test keys.`;
  });
}

/** A sentence for each environment of a source that will not be served. */
export function environmentsLeftOut({ sources }: Config): readonly string[] {
  if (sources.kind === "embedded") return [];
  return [...sources.urls].flatMap(([name, urls]) => {
    const [live, test] = sourceVariables(name);
    return [
      ...(urls.live === undefined ? [`${live} is not set: live keys are answered with 503.`] : []),
      ...(urls.test === undefined ? [`${test} is not set: test keys are answered with 503.`] : []),
    ];
  });
}
