/** webERP takes no triggers of ours: what its programs do is found by scanning, and makes the events of its contracts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { eventsOf } from "#contract/events-of.ts";
import { type Scan, scan } from "#erp/capture/scan.ts";
import { scanPace } from "#erp/capture/scan-pace.ts";
import { hasEvents } from "#erp/capture/scan-plan.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { scanRecords } from "#store/scans.ts";
import weberp from "../../../examples/weberp/gateway.ts";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { createWebErp, furtherRows } from "./database.ts";

const resources = weberp.resources.filter(hasEvents);

describeWith("sharedErp", "changes in webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    let tables: TestDatabase;
    let pool: OpenDatabase;
    let store: Store;
    let scanning: Scan;

    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
      await erp.run(furtherRows);
      tables = await createDatabase(gatewayTables);
      store = connectStore({ url: tables.url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });
      const limits = { acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000 };
      pool = openMariadb({ url: erp.url, maxConnections: 2, ...limits, prepare: true, applicationName: "test" });
      const catalog = await dialects.mariadb.describe(pool, undefined, [...new Set(resources.flatMap(({ binding }) => [...tablesOf(binding)]))]);
      scanning = scan({
        place: { source: "weberp", environment: "live" },
        dialect: dialects.mariadb,
        resources,
        records: scanRecords(() => store),
        atSource: (work) => work(pool, catalog),
        pace: { ...scanPace({}, () => 0), isReady: () => true, page: 7 },
        betweenPassesMs: () => 0,
        goneAfterMs: 0,
        now: Date.now,
        say: { drift: () => undefined, held: () => undefined },
      });
    }, 120_000);
    afterAll(async () => {
      await pool?.close();
      await store?.destroy();
      await tables?.drop();
      await erp?.drop();
    });

    /** What two passes over all of it find. */
    async function found(): Promise<readonly Captured[]> {
      const all: Captured[] = [];
      const records = scanRecords(() => store);
      const place = { source: "weberp", environment: "live" } as const;
      const before = new Map((await records.states(place)).map(({ resource, passes }) => [resource, passes]));
      for (;;) {
        const batch = await scanning.next(100);
        all.push(...batch.captured);
        await batch.recorded();
        const states = await records.states(place);
        if (states.length === resources.length && states.every(({ resource, passes }) => passes >= (before.get(resource) ?? 0) + 2)) return all;
      }
    }
    const events = (captured: readonly Captured[]): readonly string[] =>
      captured
        .flatMap((one) => {
          const rules = resources.find(({ contract }) => contract.name === one.resource)?.contract.events ?? {};
          return eventsOf(rules, one).map((type) => `${one.id} ${type} of ${String(one.accounts)}`);
        })
        .sort();

    test("what is there at first is no news", async () => {
      expect(await found()).toEqual([]);
    });

    test("a status that is worked out from the lines changes with them", async () => {
      await erp.run("UPDATE salesorders SET printedpackingslip = 1 WHERE orderno = 102");
      await erp.run("UPDATE salesorderdetails SET completed = 1 WHERE orderno = 103");
      await erp.run("UPDATE salesorders SET buyername = 'nobody asks for it' WHERE orderno = 104");
      expect(events(await found())).toEqual(["102 order.picking of ANGRY", "103 order.completed of ANGRY", "103 order.lines_changed of ANGRY"]);
    });

    test("orders that come and go are told to whom they belong", async () => {
      await erp.run(
        "SET sql_mode = ''; INSERT INTO salesorders (orderno, debtorno, branchcode, orddate, ordertype, shipvia, deliverto, fromstkloc, deliverydate, confirmeddate, salesperson) VALUES (900, 'DUMBLE', 'DUMBLE', '2013-05-01', 'DE', 1, 'D', 'TOR', '2013-06-01', '0000-00-00', 'ERI')",
      );
      await erp.run("DELETE FROM salesorderdetails WHERE orderno = 101; DELETE FROM salesorders WHERE orderno = 101");
      const captured = await found();
      expect(events(captured)).toEqual(["101 order.removed of ANGRY", "900 order.placed of DUMBLE"]);
      expect(captured.find(({ id }) => id === "900")?.after).toMatchObject({ customer_id: "DUMBLE", placed_on: "2013-05-01", confirmed_on: null, lines: [] });
    });
  });
});
