/** Every resource of webERP, field by field, against rows known from the dump. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { createWebErp, furtherRows, planted, plantSecrets } from "./database.ts";
import { openGateway, type TestGateway } from "./gateway.ts";

const resources = ["customers", "products", "prices", "stock", "orders", "invoices", "payments"];

describeWith("sharedErp", "webERP's resources", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    let gateway: TestGateway;
    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
      await erp.run(furtherRows + plantSecrets);
      gateway = openGateway(erp.url);
    });
    afterAll(async () => {
      await gateway?.close();
      await erp?.drop();
    });
    const one = async (accounts: string, path: string) => (await gateway.get(accounts, path)).body;
    const ids = async (accounts: string, path: string) => (await gateway.get(accounts, path)).body.data.map((row) => row["id"]);

    test("a customer has its branches, and texts that webERP wrote for HTML are plain", async () => {
      expect(await one("DUMBLE", "/v1/customers/DUMBLE")).toMatchObject({
        name: "Dumbledoor McGonagal & Co",
        address: ["Hogwarts castle", "Platform 9.75"],
        currency: "GBP",
        last_paid_on: "2012-12-16",
        branches: [{ code: "DUMBLE", phone: "Owls only", active: true }],
      });
      expect(await one("ANGRY", "/v1/customers/ANGRY")).toMatchObject({
        name: "Angus Rouledge Younger & Son",
        credit_limit: { amount: "2500.00", currency: "USD" },
      });
      expect(await ids("ANGRY", "/v1/customers?name=Angus%20Rouledge%20Younger%20%26%20Son")).toEqual(["ANGRY"]);
      expect(await ids("DUMBLE", "/v1/customers?name=Dumbledoor%20McGonagal%20%26%20Co")).toEqual(["DUMBLE"]);
    });

    test("labour is no product, and has no stock", async () => {
      expect((await gateway.get("ANGRY", "/v1/products/CUTTING")).status).toBe(404);
      expect(await ids("ANGRY", "/v1/stock?product_id=CUTTING")).toEqual([]);
      expect(await one("ANGRY", "/v1/products/SALT")).toMatchObject({
        unit: "kgs",
        kind: "purchased",
        category: { code: "BAKE", name: "Baking Ingredients" },
        gross_weight_kg: "0.0000",
      });
    });

    test("stock kept as a double is shown, filtered and sorted as the decimal it is", async () => {
      expect(await one("ANGRY", "/v1/stock/SALT~AN")).toMatchObject({ on_hand: "2.0001", location: { name: "Anaheim" } });
      expect(await ids("ANGRY", "/v1/stock?on_hand=2.0001")).toEqual(["SALT~AN"]);
      const quantities = (await gateway.get("ANGRY", "/v1/stock?sort=on_hand&limit=200&fields=on_hand")).body.data.map((row) => Number(row["on_hand"]));
      expect(quantities[0]).toBeLessThan(0);
      expect(quantities).toEqual([...quantities].sort((a, b) => a - b));
    });

    test("prices are everyone's or one's own, with an id of seven columns, zero dates among them", async () => {
      expect(await ids("ANGRY", "/v1/prices?product_id=BREAD")).toEqual([
        "BREAD~DE~AUD~!~!~1999-01-01~0000-00-00",
        "BREAD~DE~USD~ANGRY~!~2013-01-01~2013-12-31",
        "BREAD~DE~USD~ANGRY~ANGRYFL~2014-01-01~9999-12-31",
      ]);
      const everyones = encodeURIComponent("BREAD~DE~AUD~!~!~1999-01-01~0000-00-00");
      expect(await one("ANGRY", `/v1/prices/${everyones}`)).toMatchObject({
        customer_id: null,
        price: { amount: "123.0000", currency: "AUD" },
        valid_from: "1999-01-01",
        valid_to: null,
      });
      expect(await one("QUICK", `/v1/prices/${encodeURIComponent("BREAD~DE~USD~QUICK~!~0000-00-00~0000-00-00")}`)).toMatchObject({
        customer_id: "QUICK",
        valid_from: null,
        valid_to: null,
      });
      expect((await gateway.get("ANGRY", `/v1/prices/${encodeURIComponent("BREAD~DE~USD~QUICK~!~0000-00-00~0000-00-00")}`)).status).toBe(404);
      expect(await ids("ANGRY", "/v1/prices?valid_to[gte]=2000-01-01")).toEqual(["BREAD~DE~USD~ANGRY~!~2013-01-01~2013-12-31"]);
      expect(await ids("QUICK", "/v1/prices?valid_from[lt]=1999-01-01")).toEqual([]);
    });

    test("an order's status is made of its flags and its lines, and can be filtered", async () => {
      const byStatus = async (status: string) => await ids("ANGRY+QUICK", `/v1/orders?status=${status}`);
      expect(await byStatus("quotation")).toEqual(["101"]);
      expect(await byStatus("entered")).toEqual(["13", "102", "105"]);
      expect(await byStatus("picking")).toEqual(["10", "12"]);
      expect(await byStatus("partly_invoiced")).toEqual(["103"]);
      expect(await byStatus("completed")).toEqual(["8", "11", "14"]);
      expect(await byStatus("quotation,picking")).toEqual(["10", "12", "101"]);
    });

    test("an order's goods are reckoned from its lines, zero dates and blank bytes are null", async () => {
      expect(await one("ANGRY", "/v1/orders/101")).toMatchObject({
        goods: { amount: "0.30", currency: "USD" },
        deliver_on: null,
        buyer: "Zoë",
        comment: null,
        ship_to: { name: 'Angus & "Son"', address: ["Straße 1"] },
      });
      expect(await one("ANGRY", "/v1/orders/102")).toMatchObject({
        placed_on: null,
        comment: "naïve",
        goods: { amount: "0.88" },
        freight: { amount: "12.35" },
        lines: [{ discount_percent: "12.50", requested_on: null }],
      });
      expect(await one("ANGRY", "/v1/orders/105")).toMatchObject({ goods: { amount: "0.00" }, lines: [] });
      expect(await ids("ANGRY", "/v1/orders?goods.amount=0.3")).toEqual(["101"]);
      expect(await ids("ANGRY", "/v1/orders?ship_to.name=Angus%20%26%20%22Son%22")).toEqual(["101"]);
    });

    test("an invoice's total is the sum of its columns, its lines are stock moves in its own currency, with their taxes", async () => {
      expect(await one("ANGRY", "/v1/invoices/2")).toMatchObject({
        order_id: "8",
        total: { amount: "11.24", currency: "USD" },
        open: { amount: "0.00" },
        settled: true,
        lines: [
          {
            product_id: "BREAD",
            quantity: "2.0000",
            unit_price: "5.00",
            taxes: [
              { name: "Ontario PST", percent: "5.00", on_tax: false },
              { name: "Canadian GST", percent: "7.00", on_tax: true },
            ],
          },
        ],
      });
      expect(await one("DUMBLE", "/v1/invoices/1")).toMatchObject({ total: { amount: "10.00", currency: "GBP" }, lines: [{ unit_price: "5.00" }] });
      expect(await one("ANGRY", "/v1/invoices/5")).toMatchObject({ lines: [{ product_id: "SELLTAPE", quantity: "100.0000" }] });
      expect(await one("ANGRY", "/v1/invoices/50")).toMatchObject({ order_id: null, total: { amount: "0.30" }, lines: [] });
      expect(await ids("ANGRY", "/v1/invoices?total.amount=0.30")).toEqual(["50"]);
    });

    test("a payment is positive, and knows the invoices it went to; other documents are neither", async () => {
      expect(await one("ANGRY", "/v1/payments/3")).toMatchObject({
        amount: { amount: "11.24", currency: "USD" },
        unallocated: { amount: "0.00" },
        reference: "Cash",
        allocations: [{ invoice_id: "2", amount: "11.24", allocated_on: "2013-02-09" }],
      });
      expect(await one("ANGRY", "/v1/payments/50")).toMatchObject({
        amount: { amount: "0.70" },
        discount: { amount: "0.10" },
        unallocated: { amount: "0.60" },
      });
      expect(await ids("ANGRY", "/v1/payments")).toEqual(["3", "50"]);
      expect(await ids("ANGRY", "/v1/payments?amount.amount[gt]=0.7")).toEqual(["3"]);
    });

    test("lists are the same in pages of one", async () => {
      for (const resource of resources) {
        const whole = await ids("ANGRY+DUMBLE", `/v1/${resource}?limit=200`);
        const walked: unknown[] = [];
        let cursor: string | null = "";
        while (cursor !== null) {
          const { body } = await gateway.get("ANGRY+DUMBLE", `/v1/${resource}?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
          walked.push(...body.data.map((row) => row["id"]));
          cursor = body.next_cursor;
        }
        expect(walked, resource).toEqual(whole);
      }
    });

    describe("input that no row can match", () => {
      const odd = ["😀", "Ω", "ANGRY\u00a0", "' OR 1=1 --", "\\", "%", "a\\'b", "\u0000", "٣"];
      const filters = [
        "customers?name",
        "products?category.code",
        "products?barcode",
        "prices?product_id",
        "prices?customer_id",
        "orders?reference",
        "orders?ship_to.name",
        "payments?reference",
        "stock?location.code",
        "invoices?order_id",
      ];
      for (const prepare of [true, false]) {
        test(`finds nothing, ${prepare ? "prepared" : "unprepared"}`, async () => {
          const other = openGateway(erp.url, { prepare });
          for (const filter of filters)
            for (const value of odd) {
              const answer = await other.get("ANGRY", `/v1/${filter}=${encodeURIComponent(value)}`);
              expect(answer.status, `${filter}=${value} ${answer.text}`).toBeLessThan(500);
              if (answer.status === 200) expect(answer.body.data, `${filter}=${value}`).toEqual([]);
            }
          await other.close();
        });
      }
      test("beside a value that does match takes nothing away", async () => {
        expect(await ids("ANGRY", "/v1/orders?reference=Q%2F1,%F0%9F%98%80")).toEqual(["101"]);
      });
      test("as an id is a missing one", async () => {
        for (const resource of resources)
          for (const id of [
            ...odd,
            "1e2",
            "0x65",
            "101.0",
            " 101",
            "99999999999999999999",
            "a~b~c~d~e~f~g",
            "BREAD~DE~AUD~!~!~garbage~0000-00-00",
            "BREAD~DE~AUD~!~!~1999-02-30~0000-00-00",
            "BREAD~de~AUD~!~!~1999-01-01~0000-00-00",
            "angry",
            "bread",
          ]) {
            const answer = await gateway.get("ANGRY", `/v1/${resource}/${encodeURIComponent(id)}`);
            expect([400, 404], `${resource}/${id} ${answer.text}`).toContain(answer.status);
          }
      });
    });

    test("no unnamed column leaves the ERP, in any order, selection or message", async () => {
      const passwords = (await erp.rows("SELECT password FROM www_users")).map(([password]) => String(password));
      const texts = await Promise.all(
        resources.map((resource) => gateway.get("ANGRY+DUMBLE+QUICK+JOLOMU+KES+QUARTER", `/v1/${resource}?limit=200`).then((answer) => answer.text)),
      );
      for (const secret of [...planted, ...passwords]) for (const text of [...texts, ...gateway.log]) expect(text).not.toContain(secret);
      expect(gateway.log.filter((line) => !line.startsWith("info"))).toEqual([]);
    });
  });
});
