/** The demo project as a stranger finds it: the test environment exactly as a first run makes it, in both environments. */
import type { SuiteProject } from "#testing/project.ts";
import { createErp } from "../../../demo/erp/first-run.ts";
import gateway from "../../../demo/gateway.ts";
import { addFootprint } from "../../support/footprint.ts";
import { createDatabase, template } from "../../support/postgres.ts";

const asMade = template("meridian_first_run_test", async (client) => {
  await createErp(client, "test", () => undefined);
  await addFootprint("postgres", (statement) => client.query(statement), gateway.resources);
});

const only = (account: string) => ({ live: [account], test: [account] });

export const firstRun: SuiteProject = {
  definition: gateway,
  accounts: { first: only("C0000001"), second: only("C0000002") },
  async prepare() {
    const database = await createDatabase(asMade);
    return {
      sources: new Map([["erp", { live: database.url, test: database.url }]]),
      secrets: [],
      drop: () => database.drop(),
    };
  },
};
