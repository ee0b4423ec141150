/** Orders through the gateway into webERP, against what webERP itself has written. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import gateway from "../../../examples/weberp/gateway.ts";
import { type Request, refusalOf, type ServedCommands, serveCommands } from "../../projects/serve-commands.ts";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { createWebErp } from "./database.ts";

describeWith("sharedErp", "webERP's orders", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    let served: ServedCommands;
    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
      // The Saturday on which the demo company's last orders were entered.
      served = await serveCommands(gateway, erp, { accounts: ["ANGRY", "DUMBLE", "QUICK"], now: () => Date.parse("2013-02-09T12:00:00Z") });
    }, 120_000);
    afterAll(async () => {
      await served?.close();
      await erp?.drop();
    });

    const place = (order: object = {}) =>
      served.send("POST", "/v1/orders", { body: { customer_id: "ANGRY", branch: "ANGRYFL", lines: [{ product_id: "TAPE1", quantity: "100" }], ...order } });
    const placed = async (order: object = {}) => {
      const answer = await place(order);
      expect(answer.status, answer.text).toBe(201);
      return String(answer.body["id"]);
    };
    const amend = (id: string, body: object, request: Request = {}) => served.send("PATCH", `/v1/orders/${id}`, { body, ...request });
    const row = async (sql: string) => {
      const [found] = await erp.rows(sql);
      return found;
    };
    const lines = (id: string) =>
      erp.rows(
        `SELECT orderlineno, stkcode, quantity, qtyinvoiced, unitprice, discountpercent, completed FROM salesorderdetails WHERE orderno = ${id} ORDER BY 1`,
      );
    const number = async () => Number((await row("SELECT typeno FROM systypes WHERE typeid = 30"))?.[0]);
    const set = async (sql: string, back: string, work: () => Promise<void>) => {
      await erp.run(sql);
      await work();
      await erp.run(back);
    };

    describe("placing", () => {
      test("writes what webERP wrote when the same was ordered on the same day: every column of header and line", async () => {
        const answer = await place();
        expect(answer.status, answer.text).toBe(201);
        const id = String(answer.body["id"]);
        expect(id).toBe("15");
        // Number 13 has since been ordered on from a supplier (poplaced).
        const header = (order: string) => row(`SELECT ${columns(headerColumns)} FROM salesorders WHERE orderno = ${order}`);
        expect(await header(id)).toEqual(await header("13"));
        const line = (order: string) => erp.rows(`SELECT ${columns(lineColumns)} FROM salesorderdetails WHERE orderno = ${order}`);
        expect(await line(id)).toEqual(await line("13"));
        expect(await number()).toBe(15);
        expect(answer.body).toMatchObject({ status: "entered", branch: "ANGRYFL", goods: { amount: "1750.00", currency: "USD" }, deliver_on: "2013-02-11" });
      });

      test("escapes texts for HTML as webERP does, and reads and finds them as they were", async () => {
        const text = `Müller & "Söhne" <1>`;
        const id = await placed({ reference: text, buyer: text, comment: text, ship_to: { name: text, address: ["1 Main St", "A & B"] } });
        const escaped = "Müller &amp; &quot;Söhne&quot; &lt;1&gt;";
        expect(
          await row(`SELECT customerref, buyername, CONVERT(comments USING utf8), deliverto, deladd1, deladd2, deladd3 FROM salesorders WHERE orderno = ${id}`),
        ).toEqual([...[escaped, escaped, escaped, escaped], ...["1 Main St", "A &amp; B", ""]]);
        const read = await served.send("GET", `/v1/orders/${id}`);
        expect(read.body).toMatchObject({ reference: text, buyer: text, comment: text, ship_to: { name: text, address: ["1 Main St", "A & B"] } });
        const found = await served.send("GET", `/v1/orders?reference=${encodeURIComponent(text)}`);
        expect((found.body["data"] as { id: string }[]).map((order) => order.id)).toEqual([id]);
      });

      test("takes the customer's own price, and the discount of the category's whole quantity", async () => {
        const id = await placed({
          customer_id: "DUMBLE",
          branch: "DUMBLE",
          lines: [
            { product_id: "DVD-CASE", quantity: "1" },
            { product_id: "DVD-CASE", quantity: "2", requested_on: "2013-03-01", customer_line: "20" },
          ],
        });
        expect(await lines(id)).toEqual([
          [0, "DVD-CASE", 1, 0, 52.65, 0.025, 0],
          [1, "DVD-CASE", 2, 0, 52.65, 0.025, 0],
        ]);
        expect(await row(`SELECT CAST(itemdue AS CHAR), poline FROM salesorderdetails WHERE orderno = ${id} AND orderlineno = 1`)).toEqual([
          "2013-03-01",
          "20",
        ]);
      });

      test("prefers the branch's price to the customer's, the customer's to the list's, and one that ends to one that does not", async () => {
        const price = async () => (await lines(await placed()))[0]?.[4];
        const prices: unknown[] = [await price()];
        for (const [debtor, branch, amount, end] of [
          ["", "", 16, "2013-02-28"],
          ["ANGRY", "", 15, "0000-00-00"],
          ["ANGRY", "ANGRYFL", 14, "0000-00-00"],
          ["ANGRY", "ANGRYFL", 13, "2013-02-09"],
          ["ANGRY", "ANGRYFL", 12, "2013-02-08"],
        ] as const) {
          await erp.run(`INSERT INTO prices VALUES ('TAPE1', 'DE', 'USD', '${debtor}', ${amount}, '${branch}', '2013-01-01', '${end}')`);
          prices.push(await price());
        }
        await erp.run("DELETE FROM prices WHERE stockid = 'TAPE1' AND startdate = '2013-01-01'");
        expect(prices).toEqual([17.5, 16, 15, 14, 13, 13]);
      });

      test("sells a kit as the items it consists of", async () => {
        const kit = "UPDATE stockmaster SET mbflag = 'K' WHERE stockid = 'DVD_ACTION'";
        const prices =
          "INSERT INTO prices SELECT component, 'DE', 'USD', '', 2, '', '2000-01-01', '0000-00-00' FROM bom WHERE parent = 'DVD_ACTION' AND component <> 'DVD-DHWV'";
        await set(
          `${kit}; ${prices}`,
          "UPDATE stockmaster SET mbflag = 'A' WHERE stockid = 'DVD_ACTION'; DELETE FROM prices WHERE startdate = '2000-01-01'",
          async () => {
            const id = await placed({ lines: [{ product_id: "DVD_ACTION", quantity: "2" }] });
            const parts = await erp.rows("SELECT component, quantity * 2 FROM bom WHERE parent = 'DVD_ACTION' ORDER BY 1");
            expect((await lines(id)).map((line) => [line[1], line[2]]).sort()).toEqual(parts);
          },
        );
      });

      test("gives orders that are placed at once numbers without gaps", async () => {
        const before = await number();
        const answers = await Promise.all(Array.from({ length: 10 }, () => place()));
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
        expect(answers.map(({ body }) => Number(body["id"])).sort((a, b) => a - b)).toEqual(answers.map((_, index) => before + 1 + index));
        expect(await number()).toBe(before + 10);
      });

      test.each<[string, string, object, string, string]>([
        [
          "an account on hold",
          "422 account-on-hold",
          {},
          "UPDATE debtorsmaster SET holdreason = 51 WHERE debtorno = 'ANGRY'",
          "UPDATE debtorsmaster SET holdreason = 1 WHERE debtorno = 'ANGRY'",
        ],
        [
          "an account at its limit, where the company forbids it",
          "422 credit-limit-exceeded",
          { lines: [{ product_id: "TAPE1", quantity: "1000" }] },
          "UPDATE config SET confvalue = '2' WHERE confname = 'CheckCreditLimits'",
          "UPDATE config SET confvalue = '1' WHERE confname = 'CheckCreditLimits'",
        ],
        ["a branch that is none", "422 branch-unknown", { branch: "NOWHERE" }, "SELECT 1", "SELECT 1"],
        ["a branch of another customer", "422 branch-unknown", { branch: "DUMBLE" }, "SELECT 1", "SELECT 1"],
        [
          "a branch that nothing is sold to",
          "422 branch-closed",
          {},
          "UPDATE custbranch SET disabletrans = 1 WHERE branchcode = 'ANGRYFL'",
          "UPDATE custbranch SET disabletrans = 0 WHERE branchcode = 'ANGRYFL'",
        ],
        [
          "a product that is discontinued",
          "422 product-discontinued",
          {},
          "UPDATE stockmaster SET discontinued = 1 WHERE stockid = 'TAPE1'",
          "UPDATE stockmaster SET discontinued = 0 WHERE stockid = 'TAPE1'",
        ],
        [
          "a phantom",
          "422 product-not-sold",
          {},
          "UPDATE stockmaster SET mbflag = 'G' WHERE stockid = 'TAPE1'",
          "UPDATE stockmaster SET mbflag = 'B' WHERE stockid = 'TAPE1'",
        ],
        [
          "a product without a cost",
          "422 product-not-sold",
          {},
          "UPDATE stockmaster SET materialcost = 0 WHERE stockid = 'TAPE1'",
          "UPDATE stockmaster SET materialcost = 10 WHERE stockid = 'TAPE1'",
        ],
        [
          "a product without a price in the customer's currency",
          "422 price-missing",
          { lines: [{ product_id: "BREAD", quantity: "1" }] },
          "SELECT 1",
          "SELECT 1",
        ],
        [
          "the same product twice, where the company forbids it",
          "422 product-repeated",
          {
            lines: [
              { product_id: "TAPE1", quantity: "1" },
              { product_id: "TAPE1", quantity: "1" },
            ],
          },
          "UPDATE config SET confvalue = '0' WHERE confname = 'SO_AllowSameItemMultipleTimes'",
          "UPDATE config SET confvalue = '1' WHERE confname = 'SO_AllowSameItemMultipleTimes'",
        ],
        ["another partner's customer", "422 invalid-body /customer_id unknown-reference", { customer_id: "JOLOMU", branch: "JOLOMU" }, "SELECT 1", "SELECT 1"],
        [
          "a product that is none",
          "422 invalid-body /lines/0/product_id unknown-reference",
          { lines: [{ product_id: "NIX", quantity: "1" }] },
          "SELECT 1",
          "SELECT 1",
        ],
        ["labour", "422 invalid-body /lines/0/product_id unknown-reference", { lines: [{ product_id: "CUTTING", quantity: "1" }] }, "SELECT 1", "SELECT 1"],
        ["a text that is too long once it is escaped", "422 invalid-body /reference too-long", { reference: "&".repeat(11) }, "SELECT 1", "SELECT 1"],
        ["an emoji, which the column cannot hold", "422 invalid-body /reference not-storable", { reference: "😀" }, "SELECT 1", "SELECT 1"],
      ])("refuses %s, and takes no number for it", async (_, expected, order, prepare, restore) => {
        const before = [await number(), await row("SELECT COUNT(*) FROM salesorders"), await row("SELECT COUNT(*) FROM salesorderdetails")];
        await set(prepare, restore, async () => {
          expect(refusalOf(await place(order))).toBe(expected);
        });
        expect([await number(), await row("SELECT COUNT(*) FROM salesorders"), await row("SELECT COUNT(*) FROM salesorderdetails")]).toEqual(before);
      });
    });

    describe("amending", () => {
      test("changes the header's fields and lines, adds a line at today's price, and takes one out", async () => {
        const id = await placed({
          reference: "A",
          lines: [
            { product_id: "TAPE1", quantity: "1" },
            { product_id: "DVD-DHWV", quantity: "4" },
          ],
        });
        const amended = await amend(id, {
          reference: "B & C",
          comment: null,
          deliver_on: "2013-03-01",
          ship_to: { name: "Dock 4", address: ["1 Pier"] },
          lines: [
            { line_no: 0, quantity: "2.5" },
            { line_no: 1, quantity: "0" },
            { product_id: "HIT3043-5", quantity: "1" },
          ],
        });
        expect(amended.status, amended.text).toBe(200);
        expect(
          await row(
            `SELECT customerref, CAST(comments AS CHAR), CAST(deliverydate AS CHAR), deliverto, deladd1, deladd2 FROM salesorders WHERE orderno = ${id}`,
          ),
        ).toEqual(["B &amp; C", "", "2013-03-01", "Dock 4", "1 Pier", ""]);
        expect(await lines(id)).toEqual([
          [0, "TAPE1", 2.5, 0, 17.5, 0, 0],
          [2, "HIT3043-5", 1, 0, 2300, 0, 0],
        ]);
        expect(amended.body).toMatchObject({ reference: "B & C", comment: null, goods: { amount: "2343.75" } });
      });

      test("keeps what has been invoiced: less is refused, and a line that is taken out is completed with it", async () => {
        const id = await placed({
          lines: [
            { product_id: "TAPE1", quantity: "10" },
            { product_id: "TAPE1", quantity: "10" },
            { product_id: "TAPE1", quantity: "10" },
          ],
        });
        await erp.run(`UPDATE salesorderdetails SET qtyinvoiced = 4 WHERE orderno = ${id} AND orderlineno < 2`);
        expect(refusalOf(await amend(id, { lines: [{ line_no: 0, quantity: "3" }] }))).toBe("422 already-invoiced");
        expect(
          (
            await amend(id, {
              lines: [
                { line_no: 0, quantity: "4" },
                { line_no: 1, quantity: "0" },
              ],
            })
          ).status,
        ).toBe(200);
        expect((await lines(id)).map((line) => [line[0], line[2], line[6]])).toEqual([
          [0, 4, 1],
          [1, 4, 1],
          [2, 10, 0],
        ]);
        expect(refusalOf(await amend(id, { lines: [{ line_no: 0, quantity: "9" }] }))).toBe("422 line-not-found");
        expect(refusalOf(await amend(id, { lines: [{ line_no: 7, quantity: "9" }] }))).toBe("422 line-not-found");
        expect(refusalOf(await served.send("DELETE", `/v1/orders/${id}`))).toBe("422 already-invoiced");
        await erp.run(`UPDATE salesorderdetails SET completed = 1 WHERE orderno = ${id}`);
        expect(refusalOf(await amend(id, { reference: "x" }))).toBe("422 order-completed");
      });

      test("gives the discount that the new quantity earns", async () => {
        const id = await placed({ customer_id: "DUMBLE", branch: "DUMBLE", lines: [{ product_id: "DVD-CASE", quantity: "2" }] });
        expect((await lines(id))[0]?.[5]).toBe(0);
        await amend(id, { lines: [{ line_no: 0, quantity: "3" }] });
        expect((await lines(id))[0]?.[5]).toBe(0.025);
      });

      test("refuses an order without lines, one in picking, and a line of neither kind", async () => {
        const id = await placed();
        expect(refusalOf(await amend(id, { lines: [{ line_no: 0, quantity: "0" }] }))).toBe("422 no-lines");
        expect(refusalOf(await amend(id, { lines: [{ quantity: "1" }] }))).toBe("422 invalid-body /lines/0/line_no invalid");
        await erp.run(`UPDATE salesorders SET printedpackingslip = 1 WHERE orderno = ${id}`);
        expect(refusalOf(await amend(id, { reference: "x" }))).toBe("422 order-in-picking");
        expect(refusalOf(await served.send("DELETE", `/v1/orders/${id}`))).toBe("422 order-in-picking");
      });

      test("does not overwrite what a clerk has changed in the meantime", async () => {
        const id = await placed({ comment: "by the partner" });
        const seen = (await served.send("GET", `/v1/orders/${id}`)).headers.get("etag");
        await erp.run(`UPDATE salesorders SET comments = 'by a clerk' WHERE orderno = ${id}`);
        expect(refusalOf(await amend(id, { comment: "again" }, { ifMatch: seen }))).toBe("412 precondition-failed /comment changed");
        expect((await amend(id, { reference: "other field" }, { ifMatch: seen })).status).toBe(200);
      });
    });

    describe("cancelling", () => {
      test("leaves nothing of the order, as webERP's own cancelling does", async () => {
        const id = await placed();
        const cancelled = await served.send("DELETE", `/v1/orders/${id}`);
        expect([cancelled.status, cancelled.text]).toEqual([204, ""]);
        expect(await row(`SELECT COUNT(*) FROM salesorders WHERE orderno = ${id}`)).toEqual([0]);
        expect(await lines(id)).toEqual([]);
        expect((await served.send("GET", `/v1/orders/${id}`)).status).toBe(404);
      });

      test("is refused where a picking list or a delivery note holds on to the order", async () => {
        const id = await placed();
        await erp.run(`ALTER TABLE pickinglists ADD CONSTRAINT pickinglists_ibfk_1 FOREIGN KEY (orderno) REFERENCES salesorders (orderno);
          INSERT INTO pickinglists (pickinglistno, orderno) VALUES (1, ${id})`);
        expect(refusalOf(await served.send("DELETE", `/v1/orders/${id}`))).toBe("422 order-in-picking");
        expect(await lines(id)).toHaveLength(1);
      });

      test("of another partner's order finds nothing", async () => {
        await erp.run("UPDATE salesorders SET debtorno = 'JOLOMU', branchcode = 'JOLOMU' WHERE orderno = 13");
        expect((await served.send("DELETE", "/v1/orders/13", { ifMatch: "*" })).status).toBe(404);
        expect(await row("SELECT COUNT(*) FROM salesorders WHERE orderno = 13")).toEqual([1]);
      });
    });
  });
});

const headerColumns =
  "debtorno branchcode customerref buyername comments orddate ordertype shipvia deladd1 deladd2 deladd3 deladd4 deladd5 deladd6 contactphone contactemail deliverto deliverblind freightcost fromstkloc deliverydate confirmeddate printedpackingslip datepackingslipprinted quotation quotedate salesperson";
const lineColumns = "orderlineno stkcode qtyinvoiced unitprice quantity estimate discountpercent actualdispatchdate completed narrative itemdue poline";

function columns(names: string): string {
  return names
    .split(" ")
    .map((name) => `CAST(${name} AS CHAR)`)
    .join(", ");
}
