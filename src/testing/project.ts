/** What a project says of itself to go through the common suite: its databases, and which accounts two partners own. */
import type { SourceUrls } from "#config";
import type { GatewayDefinition } from "#gateway";
import type { Environment } from "#pipeline/principal.ts";

export type Who = "first" | "second";

/** Account numbers in the ERP, per environment. */
export type Accounts = Readonly<Record<Environment, readonly string[]>>;

export interface PreparedProject {
  /** By the name of the source. */
  readonly sources: ReadonlyMap<string, SourceUrls>;
  /** Texts that lie in the ERP and must never leave it: planted columns, passwords. */
  readonly secrets: readonly string[];
  /** Ids that the accounts own by a query of one's own; undefined where there is none for the resource. */
  readonly expectedIds?: (resource: string, environment: Environment, accounts: readonly string[]) => Promise<ReadonlySet<string>> | undefined;
  drop(): Promise<void>;
}

export interface SuiteProject {
  readonly name: string;
  readonly definition: GatewayDefinition;
  /** Two partners without a common account, each with rows in every resource that is not shared. */
  readonly accounts: Readonly<Record<Who, Accounts>>;
  /** Makes databases of the project's own. */
  prepare(): Promise<PreparedProject>;
}
