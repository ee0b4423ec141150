/** Which source of a project is introspected, where it is, and what a statement may take of it. */
import { sourceVariables, type Variables } from "#config";
import type { Problem } from "#lib/problems.ts";
import { UsageError } from "../commands/command.ts";
import type { IntrospectedProject, ProjectSource } from "./open-project.ts";

/** What one statement may take of the ERP. */
export const limits = {
  maxConnections: 1,
  acquireTimeoutMs: 10_000,
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 1_000,
  prepare: false,
  applicationName: "sluice introspect",
} as const;

export function chooseSource(
  folder: IntrospectedProject,
  typed: string | undefined,
  variables: Variables,
): { readonly source: ProjectSource; readonly url: string } {
  const scheme = /^(postgres(?:ql)?|mysql|mariadb):\/\//.exec(typed ?? "")?.[1];
  const names = folder.sources.map(({ name }) => name).join(", ");
  if (scheme !== undefined && typed !== undefined) {
    const dialect = scheme.startsWith("postgres") ? "postgres" : "mariadb";
    const source = folder.sources.find((one) => one.dialect === dialect);
    if (source === undefined) throw new Error(`No source of this project is of the dialect ${dialect}: erp/source.ts exports ${names}.`);
    return { source, url: typed };
  }
  const [first, ...others] = folder.sources;
  const source = typed === undefined ? (others.length === 0 ? first : undefined) : folder.sources.find(({ name }) => name === typed);
  if (source === undefined)
    throw new UsageError(typed === undefined ? `--source is missing: one of ${names}, or a URL.` : `There is no source "${typed}". There are: ${names}.`);
  const [live, test] = sourceVariables(source.name);
  const url = variables[live] || variables[test];
  if (!url) throw new Error(`Neither ${live} nor ${test} is set: the URL of the ERP's database. Or give it as --source.`);
  return { source, url };
}

/** The driver's own words, without the URL: it holds a password. */
export function unreadable(url: string, { cause }: Problem): Error {
  const { host, pathname } = new URL(url);
  const inner = cause instanceof Error ? cause.cause : undefined;
  return new Error(`The database ${host}${pathname} cannot be read.`, { cause: inner instanceof Error ? inner : cause });
}
