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

onEach("things that come and go", (depot) => {
  const { erp, drain } = depot;
  const order = (no: string, more: Readonly<Record<string, string>> = {}): string => {
    const row = { compny: "01", ordno: no, status: "10", cusno: "C1", total: "5", ...more };
    return `INSERT INTO ordhdr (${Object.keys(row).join(", ")}) VALUES (${Object.values(row)
      .map((value) => `'${value}'`)
      .join(", ")})`;
  };
  const whats = async (): Promise<readonly string[]> => (await drain()).map((captured) => brief(captured).what);

  test("a row that is marked as deleted is gone, and comes back when the mark is taken away", async () => {
    await erp().run(order("B1"));
    expect(await whats()).toEqual(["orders B1 created"]);
    await erp().run("UPDATE ordhdr SET delflg = 'D', status = '90' WHERE ordno = 'B1'");
    const [gone] = await drain();
    expect(gone).toMatchObject({ operation: "deleted", before: { id: "B1", status: "entered" }, after: undefined, accounts: ["C1"] });
    await erp().run("UPDATE ordhdr SET delflg = '' WHERE ordno = 'B1'");
    expect((await drain())[0]).toMatchObject({ operation: "created", before: undefined, after: { status: "cancelled" } });
  });

  test("a row of another company never was one", async () => {
    await erp().run(order("B2", { compny: "02" }), "UPDATE ordhdr SET total = 9 WHERE compny = '02'", "DELETE FROM ordhdr WHERE compny = '02'");
    expect(await whats()).toEqual([]);
  });

  test("a row that moves into the archive in one transaction, whichever comes first, has not changed", async () => {
    await erp().run(order("B3"), order("B4"));
    await drain();
    const columns = "compny, ordno, status, cusno, shipto, total, weight, delflg, remark, city, reqdt, chgts, secret";
    const copy = (no: string): string => `INSERT INTO ordhdra (${columns}) SELECT ${columns} FROM ordhdr WHERE ordno = '${no}'`;
    await erp().run("BEGIN", copy("B3"), "DELETE FROM ordhdr WHERE ordno = 'B3'", "COMMIT");
    await erp().run("CREATE TABLE moving AS SELECT * FROM ordhdr WHERE ordno = 'B4'");
    await erp().run("BEGIN", "DELETE FROM ordhdr WHERE ordno = 'B4'", `INSERT INTO ordhdra (${columns}) SELECT ${columns} FROM moving`, "COMMIT");
    expect(await whats()).toEqual([]);
    await erp().run("UPDATE ordhdra SET status = '50' WHERE ordno = 'B3'");
    expect(await whats()).toEqual(["orders B3 changed"]);
  });

  test("made and unmade in one transaction, it never was; rolled back, neither", async () => {
    await erp().run("BEGIN", order("B5"), "DELETE FROM ordhdr WHERE ordno = 'B5'", "COMMIT");
    await erp().run("BEGIN", order("B6"), "ROLLBACK");
    expect(await whats()).toEqual([]);
  });

  test("another key is another thing", async () => {
    await erp().run(order("B7"));
    await drain();
    await erp().run("UPDATE ordhdr SET ordno = 'B8' WHERE ordno = 'B7'");
    expect((await whats()).toSorted()).toEqual(["orders B7 deleted", "orders B8 created"]);
  });

  test("what has two accounts concerns both, and a price for everyone concerns everyone", async () => {
    await erp().run(order("B9", { shipto: "C7" }));
    expect((await drain())[0]?.accounts).toEqual(["C1", "C7"]);
    await erp().run("INSERT INTO price VALUES ('LIST', '', 'A', 1), ('NET', 'C3', 'A', 2)");
    expect((await drain()).map(({ id, accounts }) => [id, accounts])).toEqual([
      ["LIST~!~A", "everyone"],
      ["NET~C3~A", ["C3"]],
    ]);
  });

  test("what goes to another account is gone for those who had it, and they are not told what it is now", async () => {
    await erp().run(order("BH", { shipto: "C7" }));
    await drain();
    await erp().run("UPDATE ordhdr SET cusno = 'C2', status = '50' WHERE ordno = 'BH'");
    const [left, kept] = await drain();
    expect(left).toMatchObject({ id: "BH", operation: "deleted", after: undefined, accounts: ["C1"] });
    expect(kept).toMatchObject({ id: "BH", operation: "changed", after: { status: "shipped" }, accounts: ["C2", "C7"] });
    expect(left?.key).not.toBe(kept?.key);
    await erp().run("UPDATE ordhdr SET cusno = 'C8', shipto = 'C9' WHERE ordno = 'BH'");
    const [gone, come] = await drain();
    expect(gone).toMatchObject({ operation: "deleted", after: undefined, accounts: ["C2", "C7"] });
    expect(come).toMatchObject({ operation: "created", before: undefined, accounts: ["C8", "C9"] });
  });

  test.each([
    ["in one batch", 1_000],
    ["in batches of one", 1],
  ])("lines that changed before their header went are told as well, read %s", async (_name, limit) => {
    await erp().run(
      "BEGIN",
      order("BZ"),
      ...[10, 20].map((number) => `INSERT INTO ordlin (compny, ordno, linno, itmno, qty) VALUES ('01', 'BZ', ${number}, 'A', 1)`),
      "COMMIT",
    );
    await drain();
    await erp().run("UPDATE ordlin SET qty = 7 WHERE ordno = 'BZ' AND linno = 10");
    await erp().run("UPDATE ordlin SET qty = 8 WHERE ordno = 'BZ' AND linno = 20");
    await erp().run("BEGIN", "DELETE FROM ordlin WHERE ordno = 'BZ'", "DELETE FROM ordhdr WHERE ordno = 'BZ'", "COMMIT");
    expect((await drain(limit)).map(brief)).toEqual([
      { what: "orders BZ changed", changed: ["lines"], accounts: ["C1"], origin: "erp" },
      { what: "orders BZ changed", changed: ["lines"], accounts: ["C1"], origin: "erp" },
      { what: "orders BZ deleted", changed: [], accounts: ["C1"], origin: "erp" },
    ]);
  });

  test("header and lines deleted together are one thing that is gone", async () => {
    await erp().run("BEGIN", order("BA"), "INSERT INTO ordlin (compny, ordno, linno, itmno, qty) VALUES ('01', 'BA', 1, 'A', 1)", "COMMIT");
    await drain();
    await erp().run("BEGIN", "DELETE FROM ordlin WHERE ordno = 'BA'", "DELETE FROM ordhdr WHERE ordno = 'BA'", "COMMIT");
    expect(await whats()).toEqual(["orders BA deleted"]);
  });
});

onEach("transactions", (depot) => {
  const { erp, drain } = depot;
  const order = (no: string): string => `INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ('01', '${no}', '10', 'C1', 5)`;
  const status = (no: string, to: string): string => `UPDATE ordhdr SET status = '${to}' WHERE ordno = '${no}'`;
  const told = async (): Promise<readonly unknown[]> =>
    (await drain()).map(({ operation, before, after }) => [operation, before?.["status"], after?.["status"]]);

  test("of one connection are told apart, statements outside of one as well, and a transaction of several statements is one", async () => {
    await erp().run(order("T1"), status("T1", "50"), "BEGIN", status("T1", "10"), status("T1", "90"), "COMMIT");
    await erp().run("BEGIN", status("T1", "50"), "ROLLBACK", "BEGIN", status("T1", "10"), "COMMIT", "BEGIN", status("T1", "50"), "COMMIT");
    expect(await told()).toEqual([
      ["created", undefined, "entered"],
      ["changed", "entered", "shipped"],
      ["changed", "shipped", "cancelled"],
      ["changed", "cancelled", "entered"],
      ["changed", "entered", "shipped"],
    ]);
  });

  test("that touch a thing and leave it as it was tell nothing", async () => {
    await erp().run("BEGIN", status("T1", "90"), status("T1", "50"), "COMMIT");
    expect(await told()).toEqual([]);
  });

  test("cut by a small batch are still told as one for each thing", async () => {
    const numbers = Array.from({ length: 9 }, (_, index) => `S${index}`);
    await erp().run("BEGIN", ...numbers.map(order), ...numbers.map((no) => status(no, "50")), "COMMIT");
    const captured = await drain(4);
    expect(captured.map(({ id, operation, after }) => [id, operation, after?.["status"]])).toEqual(numbers.map((no) => [no, "created", "shipped"]));
    expect(new Set(captured.map(({ key }) => key)).size).toBe(9);
  });

  test("that commit late are not passed over, however many others were captured meanwhile", async () => {
    const late = await depot.connect();
    await late.run("BEGIN", order("L0"));
    for (let index = 0; index < 20; index += 1)
      await erp().run(
        `INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ${Array.from({ length: 100 }, (_, at) => `('01', 'N${index * 100 + at}', '10', 'C1', 5)`).join(", ")}`,
      );
    expect(await drain(150)).toHaveLength(2_000);
    await late.run("COMMIT");
    expect((await drain()).map(({ id }) => id)).toEqual(["L0"]);
  });

  test("captured again, since nobody noted that they were recorded, have the same keys", async () => {
    await erp().run(order("K1"), status("K1", "50"));
    const source = depot.source();
    const keys = async (): Promise<readonly string[]> => (await source.next(100)).captured.map(({ key }) => key);
    const first = await keys();
    expect(first).toHaveLength(2);
    expect(await keys()).toEqual(first);
    await drain();
    expect(await keys()).toEqual([]);
  });

  test("of the gateway's own connections are told as its own", async () => {
    await depot.open().transact((transaction) => transaction.commit([{ text: status("K1", "90"), values: [], unprepared: true }]));
    await depot
      .open({ pooledByTransaction: true, prepare: false })
      .transact((transaction) => transaction.commit([{ text: status("K1", "10"), values: [], unprepared: true }]));
    await erp().run(status("K1", "50"));
    expect((await drain()).map(({ origin }) => origin)).toEqual(["api", "api", "erp"]);
  });

  test("wait in the queue until they are read: how many, and for how long, can be asked", async () => {
    const source = depot.source();
    expect(await source.lag()).toEqual({ waiting: 0, oldestMs: undefined });
    await erp().run(status("K1", "90"), status("K1", "10"));
    expect(await source.lag()).toEqual({ waiting: 2, oldestMs: expect.toSatisfy((ms) => ms >= 0 && ms < 60_000) });
    await drain();
  });
});

onEach("joined tables", (depot) => {
  const { erp, drain } = depot;

  test("say whose a thing is and what it looks like, and their changes concern the things they are joined to", async () => {
    await erp().run("INSERT INTO carmas VALUES ('DHL', 'Parcels')");
    await erp().run("INSERT INTO ordhdr (compny, ordno, status, cusno, total, city) VALUES ('01', 'J1', '10', 'C5', 5, 'Kiel')");
    await drain();
    await erp().run("INSERT INTO shphdr VALUES ('S1', 'J1', 'DHL', 'P')", "INSERT INTO shphdr VALUES ('S2', 'J1', NULL, 'P')");
    const made = await drain();
    expect(made.map(brief).map(({ what, accounts }) => [what, accounts])).toEqual([
      ["shipments S1 created", ["C5"]],
      ["shipments S2 created", ["C5"]],
    ]);
    expect(made[0]?.after).toEqual({ id: "S1", status: "planned", order_id: "J1", city: "Kiel", carrier: "Parcels" });

    await erp().run("UPDATE ordhdr SET city = 'Bonn' WHERE ordno = 'J1'");
    const moved = (await drain()).map((captured) => [brief(captured).what, captured.before?.["city"], captured.after?.["city"], [...captured.changed]]);
    expect(moved.toSorted()).toEqual([
      ["orders J1 changed", "Kiel", "Bonn", ["city"]],
      ["shipments S1 changed", "Kiel", "Bonn", ["city"]],
      ["shipments S2 changed", "Kiel", "Bonn", ["city"]],
    ]);

    await erp().run("UPDATE carmas SET carnam = 'Letters'");
    expect((await drain()).map(brief)).toEqual([{ what: "shipments S1 changed", changed: ["carrier"], accounts: ["C5"], origin: "erp" }]);
  });

  test("tell nothing of things whose joined columns stay as they are", async () => {
    await erp().run("UPDATE ordhdr SET total = 6 WHERE ordno = 'J1'");
    expect((await drain()).map((captured) => brief(captured).what)).toEqual(["orders J1 changed"]);
  });
});
