/** Whatever happens in the ERP's tables becomes changes of things: once for each thing and transaction. */
import { expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { onEach } from "./support/capturing.ts";

/** What tests look at first. */
const brief = ({ resource, id, operation, changed, accounts, origin }: Captured) => ({
  what: `${resource} ${id} ${operation}`,
  changed: [...changed].sort(),
  accounts,
  origin,
});

onEach("what triggers capture", (depot) => {
  const { erp, drain } = depot;
  const order = (no: string, more = ""): string => `INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ('01', '${no}', '10', 'C1', 12.50)${more}`;
  const line = (no: string, line: number, item = "A"): string =>
    `INSERT INTO ordlin (compny, ordno, linno, itmno, qty) VALUES ('01', '${no}', ${line}, '${item}', 5)`;

  test("header and lines written in one transaction are one thing that was made", async () => {
    await erp().run("BEGIN", order("A1"), line("A1", 10), line("A1", 20, "B"), "COMMIT");
    const captured = await drain();
    expect(captured.map(brief)).toEqual([{ what: "orders A1 created", changed: [], accounts: ["C1"], origin: "erp" }]);
    expect(captured[0]?.before).toBeUndefined();
    expect(captured[0]?.after).toMatchObject({
      id: "A1",
      status: "entered",
      customer_id: "C1",
      total: { net: "12.50", weight: "0.000" },
      remark: null,
      requested_on: null,
      lines: [
        { line_no: 10, product_id: "A", quantity: 5, parts: [] },
        { line_no: 20, product_id: "B", quantity: 5, parts: [] },
      ],
    });
    expect(await drain()).toEqual([]);
  });

  test("a change has the values before and after, and the paths of what differs", async () => {
    await erp().run("UPDATE ordhdr SET status = '50', total = 13 WHERE ordno = 'A1'");
    const [captured, ...more] = await drain();
    expect(more).toEqual([]);
    expect(captured && brief(captured)).toEqual({ what: "orders A1 changed", changed: ["status", "total", "total.net"], accounts: ["C1"], origin: "erp" });
    expect(captured?.before).toMatchObject({ status: "entered", total: { net: "12.50" } });
    expect(captured?.after).toMatchObject({ status: "shipped", total: { net: "13.00" }, lines: [{ line_no: 10 }, { line_no: 20 }] });
  });

  test("what changes no bound column, or changes it to what it is, is not even noted", async () => {
    await erp().run("UPDATE ordhdr SET secret = 'other'", "UPDATE ordhdr SET status = status", "UPDATE ordlin SET internal = 7");
    expect(await erp().rows(`SELECT COUNT(*) FROM ${depot.changes}`)).toEqual([[expect.toSatisfy((count) => Number(count) === 0)]]);
  });

  test("a change of lines alone is a change of the list", async () => {
    await erp().run("UPDATE ordlin SET qty = 6 WHERE linno = 20");
    const [captured] = await drain();
    expect(captured && brief(captured)).toEqual({ what: "orders A1 changed", changed: ["lines"], accounts: ["C1"], origin: "erp" });
    expect(captured?.after).toMatchObject({ status: "shipped", lines: [{ quantity: 5 }, { quantity: 6 }] });
  });

  test("so is one of what hangs on a line", async () => {
    await erp().run("INSERT INTO linprt VALUES ('A1', 20, 1, 'blue')");
    expect((await drain()).map(brief)).toEqual([{ what: "orders A1 changed", changed: ["lines"], accounts: ["C1"], origin: "erp" }]);
  });

  test("a line that partners do not see changes nothing", async () => {
    await erp().run(
      "INSERT INTO ordlin (compny, ordno, linno, itmno, qty, delflg) VALUES ('01', 'A1', 30, 'C', 1, 'D')",
      "UPDATE ordlin SET qty = 2 WHERE linno = 30",
    );
    expect(await drain()).toEqual([]);
  });
});
