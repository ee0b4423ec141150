/** From webERP on MariaDB, which takes no triggers here, to the partner: what changes is found by scanning, through real processes. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createWebErp, furtherRows } from "../examples/weberp/database.ts";
import { type EventFleet, eventFleet, settled } from "../support/event-fleet.ts";
import type { MariadbDatabase } from "../support/mariadb.ts";
import { expectWhole, partnerLog } from "../support/partner-log.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";

const scans = z.object({ items: z.array(z.looseObject({ resource: z.string(), passes: z.int() })) });

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    let own: TestDatabase;
    let fleet: EventFleet;
    let url: string;
    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
      await erp.run(furtherRows);
      own = await createDatabase();
      fleet = await eventFleet({
        project: fileURLToPath(new URL("../../examples/weberp", import.meta.url)),
        variables: { WEBHOOK_TEST_LOOPBACK: "true", DATABASE_URL: own.url, WEBERP_TEST_URL: erp.url },
        partners: [
          { name: "Angry", accounts: ["ANGRY"] },
          { name: "Dumble", accounts: ["DUMBLE"] },
        ],
        scopes: ["orders:read", "orders:write"],
      });
      ({ url } = await fleet.gateway());
      fleet.worker();
      await fleet.endpoint(url, "Angry", "/angry");
    }, 240_000);
    afterAll(async () => {
      await fleet?.close();
      await own?.drop();
      await erp?.drop();
    }, 60_000);

    const passes = async (): Promise<number> =>
      scans.parse(JSON.parse(await fleet.sluice("scan", "list", "--json"))).items.find(({ resource }) => resource === "orders")?.passes ?? 0;

    test("changes by SQL and through the API are told to the right partner, once each, numbered and signed", { timeout: 240_000 }, async () => {
      await settled(async () => ((await passes()) > 0 ? "" : "orders have not been looked at"), 60_000);
      await erp.run(
        "UPDATE salesorders SET printedpackingslip = 1 WHERE orderno = 102; UPDATE salesorders SET confirmeddate = '2013-04-09' WHERE orderno = 104",
      );
      const placed = await fetch(`${url}/v1/orders`, {
        method: "POST",
        headers: { Authorization: `Bearer ${fleet.keys.get("Angry")}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
        body: JSON.stringify({ customer_id: "ANGRY", branch: "ANGRYFL", reference: "WHOLE", lines: [{ product_id: "DVD-DHWV", quantity: "2" }] }),
      });
      const { id } = z.object({ id: z.string() }).parse(await placed.json());
      await fleet.sluice("scan", "start", "--source", "weberp", "--env", "test", "--resource", "orders");

      const orders = async (partner: string) =>
        (await partnerLog(url, fleet.keys.get(partner) ?? ""))
          .filter(({ resource }) => resource === "orders")
          .map(({ type, resource_id }) => `${type} ${resource_id}`);
      await settled(async () => ((await orders("Angry")).length >= 2 && (await orders("Dumble")).length >= 1 ? "" : "events are missing"), 120_000);
      expect((await orders("Angry")).sort()).toEqual(["order.picking 102", `order.placed ${id}`].sort());
      expect(await orders("Dumble")).toEqual(["order.confirmed 104"]);
      for (const partner of ["Angry", "Dumble"]) {
        const log = await partnerLog(url, fleet.keys.get(partner) ?? "");
        expectWhole(log);
        expect(new Set(log.map(({ origin }) => origin))).toEqual(new Set(["scan"]));
      }
      const received = () => fleet.receiver.receipts.filter(({ taken }) => taken).map(({ type, entity }) => `${type} ${entity}`);
      await settled(async () => (received().length >= 2 ? "" : `${received().length} have been received`), 60_000);
      expect(received().sort()).toEqual(["order.picking orders 102", `order.placed orders ${id}`].sort());
      expect(fleet.receiver.refused).toEqual([]);
    });
  });
});
