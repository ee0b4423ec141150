/** Meridian as the tests of the demo project use it: a large live database and a smaller test one, both of their own. */
import pg from "pg";
import type { SourceUrls } from "#config";
import { createSchema, generate } from "../../../demo/erp/generate.ts";
import demoGateway from "../../../demo/gateway.ts";
import { addFootprint } from "../../support/footprint.ts";
import { createDatabase, type TestDatabase, template } from "../../support/postgres.ts";

function meridian(orders: number, seed: number) {
  return template(`meridian_${orders}_${seed}`, async (client) => {
    await createSchema(client);
    await generate(client, { orders, seed });
    await addFootprint("postgres", (statement) => client.query(statement), demoGateway.resources);
  });
}

const live = meridian(3_000, 1);
const test = meridian(300, 2);

export interface DemoDatabases {
  readonly live: TestDatabase;
  readonly test: TestDatabase;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  drop(): Promise<void>;
}

/** `small`: the live database is as small as the test one, but another. */
export async function demoDatabases({ small = false } = {}): Promise<DemoDatabases> {
  const databases = { live: await createDatabase(small ? meridian(300, 1) : live), test: await createDatabase(test) };
  return {
    ...databases,
    sources: new Map([["erp", { live: databases.live.url, test: databases.test.url }]]),
    async drop() {
      await databases.live.drop();
      await databases.test.drop();
    },
  };
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What lies in Meridian and must never leave it: the planted column of every table, and the users' passwords. */
export async function plantedSecrets(url: string): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ secret: string }>(`SELECT rtrim("PASSWD") AS secret FROM "USRMAS"`);
    return ["SECRET-", ...rows.map(({ secret }) => secret)];
  });
}
