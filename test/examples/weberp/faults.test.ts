/** webERP in trouble: whatever happens to its database, partners get 503 with `Retry-After`, and the gateway recovers. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { startProxy } from "../../support/tcp-proxy.ts";
import { createWebErp } from "./database.ts";
import { openGateway } from "./gateway.ts";

describeWith("sharedErp", "webERP in trouble", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
    });
    afterAll(() => erp?.drop());

    test("a month-end batch that locks the tables is 503, and over when it is over", async () => {
      const gateway = openGateway(erp.url);
      expect((await gateway.get("ANGRY", "/v1/orders")).status).toBe(200);
      const batch = erp.run("LOCK TABLES salesorders WRITE, salesorderdetails WRITE; SELECT SLEEP(2.5); UNLOCK TABLES");
      await expect
        .poll(() => erp.rows("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(2.5)%' AND ID <> CONNECTION_ID()"))
        .toEqual([[1]]);
      const answer = await gateway.get("ANGRY", "/v1/orders");
      expect([answer.status, answer.body["code"], answer.headers.get("Retry-After")]).toEqual([503, "source-unavailable", "5"]);
      expect(answer.text).not.toMatch(/salesorders|lock|mariadb|mysql/i);
      expect((await gateway.get("ANGRY", "/v1/prices")).status).toBe(200);
      await batch;
      expect((await gateway.get("ANGRY", "/v1/orders")).status).toBe(200);
      await gateway.close();
    });

    test("a database that is gone is 503 for every resource, and served again when it is back", async () => {
      const target = new URL(erp.url);
      const proxy = await startProxy({ host: target.hostname, port: Number(target.port || 3306) });
      target.port = String(proxy.port);
      const gateway = openGateway(target.href, { acquireTimeoutMs: 500 });
      expect((await gateway.get("ANGRY", "/v1/orders/8")).status).toBe(200);
      for (const mode of ["refuse", "hang"] as const) {
        await proxy.turn(mode);
        for (const path of ["/v1/orders/8", "/v1/customers", "/v1/payments?expand=allocations"]) {
          const answer = await gateway.get("ANGRY", path);
          expect([answer.status, answer.body["code"]], `${mode} ${path}`).toEqual([503, "source-unavailable"]);
          expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
        }
        await proxy.turn("pass");
        await expect.poll(() => gateway.get("ANGRY", "/v1/orders/8").then((answer) => answer.status), { timeout: 8_000 }).toBe(200);
      }
      await gateway.close();
      await proxy.close();
    }, 60_000);

    test("a column that the ERP lost is 503 at once, and no other resource's concern", async () => {
      const gateway = openGateway(erp.url);
      expect((await gateway.get("ANGRY", "/v1/stock")).status).toBe(200);
      await erp.run("ALTER TABLE locations CHANGE locationname place VARCHAR(50) NOT NULL DEFAULT ''");
      const answer = await gateway.get("ANGRY", "/v1/stock?limit=3");
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "60"]);
      expect(answer.text).not.toContain("location");
      expect((await gateway.get("ANGRY", "/v1/orders")).status).toBe(200);
      await erp.run("ALTER TABLE locations CHANGE place locationname VARCHAR(50) NOT NULL DEFAULT ''");
      await expect.poll(async () => (await gateway.get("ANGRY", "/v1/stock?limit=3")).status, { timeout: 10_000 }).toBe(200);
      await gateway.close();
    });
  });
});
