/** The demo project as the common suite takes it. */
import pg from "pg";
import type { SuiteProject } from "#testing/project.ts";
import gateway from "../../../demo/gateway.ts";
import { addFootprint } from "../../support/footprint.ts";
import { demoDatabases, plantedSecrets } from "./databases.ts";
import { expectedIds } from "./expected.ts";

const same = (...accounts: readonly string[]) => ({ live: accounts, test: accounts });

export const demo: SuiteProject = {
  definition: gateway,
  writesInto: "test",
  accounts: { first: same("C0000001"), second: same("C0000002", "C0000003") },
  async prepare() {
    const databases = await demoDatabases();
    const clients = { live: new pg.Client({ connectionString: databases.live.url }), test: new pg.Client({ connectionString: databases.test.url }) };
    for (const client of Object.values(clients)) await client.connect();
    await addFootprint("postgres", (statement) => clients.test.query(statement), gateway.resources);
    return {
      sources: databases.sources,
      secrets: [...(await plantedSecrets(databases.live.url)), ...(await plantedSecrets(databases.test.url))],
      expectedIds: (resource, environment, accounts) => expectedIds(clients[environment], resource, accounts),
      async drop() {
        for (const client of Object.values(clients)) await client.end();
        await databases.drop();
      },
    };
  },
};
