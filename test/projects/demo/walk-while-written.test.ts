/** A walk by cursor while others write: every order that is there throughout is seen exactly once. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { idOf } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { pageOf } from "#testing/world.ts";
import gateway from "../../../demo/gateway.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";
import { type DemoDatabases, demoDatabases } from "./databases.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let served: NodeGateway;
let key: string;
beforeAll(async () => {
  databases = await demoDatabases();
  store = await createDatabase(gatewayTables);
  served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  await served.createPartner("first", { live: ["C0000001"], test: [] });
  key = await served.createKey({ partner: "first", environment: "live", scopes: ["orders:read"] });
}, 120_000);
afterAll(async () => {
  await served.stop();
  await store.drop();
  await databases.drop();
});

const ours = `"COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D'`;

/** Copies an order to a new number and, as likely as not, to another day in the past or future, or deletes one it made. */
async function writeUntil(stopped: () => boolean, seed: number): Promise<{ readonly written: number }> {
  const client = new pg.Client({ connectionString: databases.live.url });
  await client.connect();
  let written = 0;
  const mine: string[] = [];
  for (let turn = 0; !stopped(); turn += 1) {
    const number = `${seed}${String((turn * 7_919) % 1_000_000).padStart(8, "0")}`.padStart(10, "0");
    if (turn % 3 === 2) {
      const gone = mine.shift();
      await client.query(`DELETE FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [gone]);
    } else {
      // Every column of some order but its number and its moment.
      await client.query(`DROP TABLE IF EXISTS pg_temp.copy; CREATE TEMP TABLE copy AS SELECT * FROM "OEHDR" WHERE ${ours} OFFSET ${turn % 300} LIMIT 1`);
      await client.query(`UPDATE copy SET "ORDNO" = $1, "ORDDT" = 20200101 + $2::INTEGER * 10000, "ORDTM" = $3::INTEGER`, [
        number,
        turn % 7,
        (turn * 37) % 240_000 < 235_959 ? ((turn * 37) % 24) * 10_000 : 0,
      ]);
      await client.query(`INSERT INTO "OEHDR" SELECT * FROM copy ON CONFLICT DO NOTHING`);
      mine.push(number);
    }
    written += 1;
  }
  await client.end();
  return { written };
}

for (const sort of ["", "id", "-id", "placed_at", "-placed_at"]) {
  test(`sorted by ${sort || "nothing"}, each order that stays is seen once, and no order twice`, { timeout: 60_000 }, async () => {
    const client = new pg.Client({ connectionString: databases.live.url });
    await client.connect();
    await client.query(`DELETE FROM "OEHDR" WHERE "ORDNO" < '0000100000' OR "ORDNO" > '0000900000'`);
    const { rows: there } = await client.query<{ id: string }>(
      `SELECT "ORDNO" AS id FROM "OEHDR" WHERE ${ours} UNION ALL SELECT "ORDNO" FROM "OEHDRA" WHERE ${ours}`,
    );
    await client.end();
    expect(there.length).toBeGreaterThan(500);

    let stop = false;
    const writers = [1, 9].map((seed) => writeUntil(() => stop, seed));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: "25", fields: "id", ...(sort !== "" && { sort }), ...(cursor !== undefined && { cursor }) });
      const response = await fetch(`${served.url}/v1/orders?${query}`, { headers: { Authorization: `Bearer ${key}` } });
      expect(response.status).toBe(200);
      const page = pageOf(await response.json());
      seen.push(...page.data.map(idOf));
      cursor = page.next;
      await sleep(5);
    } while (cursor !== undefined);
    stop = true;
    const written = (await Promise.all(writers)).reduce((sum, writer) => sum + writer.written, 0);

    expect(written).toBeGreaterThan(20);
    expect(new Set(seen).size).toBe(seen.length);
    const found = new Set(seen);
    expect(there.filter(({ id }) => !found.has(id))).toEqual([]);
  });
}
