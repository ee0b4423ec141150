/** What a project says of itself to go through the common suite: its databases, and which accounts two partners own. */
import type { SourceUrls } from "#config";
import type { GatewayDefinition } from "#gateway";
import type { Environment } from "#pipeline/principal.ts";

export type Who = "first" | "second";

/** Account numbers in the ERP. Without those of the test environment, the suite leaves that environment out. */
export interface Accounts {
  readonly live: readonly string[];
  readonly test?: readonly string[];
}

export interface PreparedProject {
  /** By the name of the source. */
  readonly sources: ReadonlyMap<string, SourceUrls>;
  /** Texts that lie in the ERP and must never leave it: planted columns, passwords. */
  readonly secrets?: readonly string[];
  /** Ids that the accounts own by a query of one's own; undefined where there is none for the resource. */
  readonly expectedIds?: (resource: string, environment: Environment, accounts: readonly string[]) => Promise<ReadonlySet<string>> | undefined;
  /** Ends what `prepare` began. */
  drop?(): Promise<void>;
}

export interface SuiteProject {
  readonly definition: GatewayDefinition;
  /**
   * Two partners without a common account, each with rows in every resource that is not shared. All their rows are read many
   * times over, so partners with some tens of rows are better than such with thousands.
   */
  readonly accounts: Readonly<Record<Who, Accounts>>;
  /**
   * An environment whose databases were made for the suite, with the gateway's footprint in them: there commands are carried
   * out. Without it the suite sends commands only what is refused before anything is looked up, and writes nothing.
   */
  readonly writesInto?: Environment;
  /** Names the databases; makes them, where the suite is not to run against those there are. */
  prepare(): Promise<PreparedProject>;
}

/** The environments that both partners have accounts in. */
export function environmentsOf({ accounts }: SuiteProject): readonly Environment[] {
  return (["live", "test"] as const).filter((environment) => accounts.first[environment] !== undefined && accounts.second[environment] !== undefined);
}
