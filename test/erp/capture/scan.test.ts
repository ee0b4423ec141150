/** Scans find what was made, changed and deleted, on both databases; how they do is told by what an ERP's own programs write. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { scanStateRecords } from "#store/scan-states.ts";
import { describeWith } from "../../support/requires.ts";
import { bindAll, type HeldNote, openScanned, pass, place, type Scanned, scanOf, told } from "./scanning.ts";

function common(dialect: "postgres" | "mariadb", at?: string): void {
  let erp: Scanned;
  const resources = bindAll(dialect);
  beforeAll(async () => {
    erp = await openScanned(at);
  });
  afterAll(() => erp.close());
  beforeEach(() => erp.empty());

  test("what is there at first is no news; what comes, changes and goes after that is, once", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C2'), ('3', 'C1')");
    await erp.run("INSERT INTO ARC (NO, CUS, ST) VALUES ('0', 'C9', '50')");
    await erp.run("INSERT INTO STK VALUES ('A', 'W1', 10, 2), ('A', 'W2', 5, 0)");
    const scan = await scanOf(erp, resources);
    expect(await pass(scan, erp, resources)).toEqual([]);
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('4', 'C2')");
    await erp.run("UPDATE HDR SET ST = '50', NOTE = 'gone out' WHERE NO = '1'");
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    await erp.run("UPDATE STK SET AL = 3 WHERE WHS = 'W1'");
    const found = await pass(scan, erp, resources);
    expect(told(found)).toEqual(["orders 1 changed status", "orders 2 deleted", "orders 4 created", "stock A~W1 changed available"]);
    expect(found.find(({ id }) => id === "1")).toMatchObject({
      before: undefined,
      after: { id: "1", customer: "C1", status: "shipped", confirmed_on: null, note: "gone out", lines: [] },
      accounts: ["C1"],
      origin: "scan",
    });
    expect(found.find(({ id }) => id === "2")).toMatchObject({ before: undefined, after: undefined, accounts: ["C2"], origin: "scan" });
    expect(found.find(({ resource }) => resource === "stock")?.accounts).toBe("everyone");
    expect(await pass(scan, erp, resources)).toEqual([]);
  });

  test("child rows are part of a thing: one that comes, changes or goes is a change of their list", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1'), ('3', 'C1'), ('4', 'C1')");
    await erp.run("INSERT INTO LIN (NO, SEQ, ITM, QTY) VALUES ('1', 1, 'I1', 1), ('2', 1, 'I1', 1), ('3', 1, 'I1', 1), ('3', 2, 'I2', 1), ('4', 1, 'I1', 1)");
    const scan = await scanOf(erp, resources);
    await pass(scan, erp, resources);
    await erp.run("INSERT INTO LIN (NO, SEQ, ITM, QTY) VALUES ('1', 2, 'I2', 7)");
    await erp.run("UPDATE LIN SET QTY = 2 WHERE NO = '2'");
    await erp.run("DELETE FROM LIN WHERE NO = '3' AND SEQ = 1");
    const found = await pass(scan, erp, resources);
    expect(told(found)).toEqual(["orders 1 changed lines", "orders 2 changed lines", "orders 3 changed lines"]);
    expect(found.find(({ id }) => id === "1")?.after?.["lines"]).toEqual([
      { no: 1, item: "I1", quantity: 1 },
      { no: 2, item: "I2", quantity: 7 },
    ]);
  });

  test("columns that no rule names tell nothing, nor does a row that moves into the archive", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1')");
    const scan = await scanOf(erp, resources);
    await pass(scan, erp, resources);
    await erp.run("UPDATE HDR SET NOTE = 'n' WHERE NO = '1'");
    await erp.run("INSERT INTO ARC SELECT * FROM HDR WHERE NO = '2'");
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    expect(told(await pass(scan, erp, resources))).toEqual([]);
    await erp.run("UPDATE ARC SET DEL = 'D' WHERE NO = '2'");
    expect(told(await pass(scan, erp, resources))).toEqual(["orders 2 deleted"]);
  });

  test("a change that was not recorded is found again under the same name, and each recurrence under a name of its own", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1')");
    const first = await scanOf(erp, resources);
    await pass(first, erp, resources);
    const names = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (const status of ["50", "90"]) {
        await erp.run(`UPDATE HDR SET ST = '${status}' WHERE NO = '1'`);
        const unrecorded = await untilFound(await scanOf(erp, resources));
        const again = await untilFound(await scanOf(erp, resources));
        expect(again.captured).toEqual(unrecorded.captured.map((one) => ({ ...one, at: expect.any(Number) })));
        await again.recorded();
        for (const { key } of again.captured) names.add(key);
      }
    }
    expect(names.size).toBe(6);
  });

  test("one that was deleted, made and deleted again has events of their own", async () => {
    const scan = await scanOf(erp, resources);
    await pass(scan, erp, resources);
    const names: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('7', 'C1')");
      const made = await pass(scan, erp, resources);
      await erp.run("DELETE FROM HDR WHERE NO = '7'");
      const gone = await pass(scan, erp, resources);
      expect(told([...made, ...gone])).toEqual(["orders 7 created", "orders 7 deleted"]);
      names.push(...[...made, ...gone].map(({ key }) => key));
    }
    expect(new Set(names).size).toBe(4);
  });

  test("a thing whose key has several columns and odd characters is found by all of them", async () => {
    const scan = await scanOf(erp, resources);
    await erp.run("INSERT INTO STK VALUES ('a/b~', 'W1', 1, 0), ('', 'W1', 1, 0), ('é 1', 'W2', 1, 0)");
    await pass(scan, erp, resources);
    await erp.run("UPDATE STK SET OH = 4");
    expect(told(await pass(scan, erp, resources))).toHaveLength(3);
    await erp.run("DELETE FROM STK WHERE WHS = 'W1'");
    expect(told(await pass(scan, erp, resources))).toEqual(["stock a!2Fb!7E~W1 deleted", "stock !~W1 deleted"].sort());
  });

  test("pages of any size find the same", async () => {
    const values = Array.from({ length: 57 }, (_, index) => `('${index}', 'C${index % 3}')`).join(", ");
    await erp.run(`INSERT INTO HDR (NO, CUS) VALUES ${values}`);
    const scan = await scanOf(erp, resources);
    await pass(scan, erp, resources, 4);
    await erp.run("UPDATE HDR SET CNF = 20260131 WHERE CUS = 'C1'");
    await erp.run("DELETE FROM HDR WHERE CUS = 'C2'");
    const found = await pass(scan, erp, resources, 4);
    expect(found.filter(({ operation }) => operation === "changed")).toHaveLength(19);
    expect(found.filter(({ operation }) => operation === "deleted")).toHaveLength(19);
    expect(new Set(found.map(({ key }) => key)).size).toBe(38);
    expect((await erp.records.states(place)).map(({ lastPassRows }) => lastPassRows)).toEqual([38, 0]);
  });

  test("when most of many things are missing at once, nothing is said of them until they are back, or a person has confirmed it", async () => {
    const held: HeldNote[] = [];
    const scan = await scanOf(erp, resources, { held });
    const fill = (): Promise<void> => erp.run(`INSERT INTO HDR (NO, CUS) VALUES ${Array.from({ length: 150 }, (_, index) => `('${index}', 'C1')`).join(", ")}`);
    await fill();
    await pass(scan, erp, resources);
    await erp.run("DELETE FROM HDR");
    await erp.run("INSERT INTO STK VALUES ('A', 'W1', 1, 0)");
    expect(told(await pass(scan, erp, resources))).toEqual(["stock A~W1 created"]);
    expect(held[0]).toEqual({ resource: "orders", missing: 150, known: 150 });
    expect((await erp.records.states(place))[0]?.held?.things).toBe(150);
    await fill();
    expect(told(await pass(scan, erp, resources))).toEqual([]);
    expect((await erp.records.states(place))[0]?.held).toBeUndefined();

    await erp.run("DELETE FROM HDR WHERE NO <> '7'");
    expect(told(await pass(scan, erp, resources))).toEqual([]);
    await scanStateRecords(erp.store).confirm({ ...place, resource: "orders" }, 149);
    const gone = await pass(scan, erp, resources);
    expect(new Set(gone.map(({ id, operation }) => `${operation} ${id}`)).size).toBe(149);
    expect(gone).toHaveLength(149);
  });

  test("few that are missing are not held, however many they are of all", async () => {
    const scan = await scanOf(erp, resources);
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1')");
    await pass(scan, erp, resources);
    await erp.run("DELETE FROM HDR");
    expect(told(await pass(scan, erp, resources))).toEqual(["orders 1 deleted", "orders 2 deleted"]);
  });

  test("another reading of the same columns is no change of things; what comes and goes meanwhile is told", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1'), ('3', 'C1')");
    await pass(await scanOf(erp, resources), erp, resources);
    await erp.run("UPDATE HDR SET ST = '90' WHERE NO = '1'");
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('4', 'C1')");
    const otherwise = bindAll(dialect, "none", "other");
    const scan = await scanOf(erp, otherwise);
    expect(told(await pass(scan, erp, otherwise))).toEqual(["orders 2 deleted", "orders 4 created"]);
    await erp.run("UPDATE HDR SET ST = '90' WHERE NO = '3'");
    expect(told(await pass(scan, erp, otherwise))).toEqual(["orders 3 changed status"]);
  });

  test("where it is another table's rows that are served, all of them are noted anew and none is news", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1')");
    await pass(await scanOf(erp, resources), erp, resources);
    await erp.run("INSERT INTO HDR (NO, CUS, CO) VALUES ('3', 'C1', '02')");
    const elsewhere = bindAll(dialect)
      .map((one) => ({ ...one, binding: { ...one.binding, where: { ...one.binding.where, CO: "02" } } }))
      .slice(0, 1);
    const scan = await scanOf(erp, elsewhere);
    expect(told(await pass(scan, erp, elsewhere))).toEqual([]);
    await erp.run("INSERT INTO HDR (NO, CUS, CO) VALUES ('4', 'C1', '02')");
    await erp.run("DELETE FROM HDR WHERE NO = '3'");
    expect(told(await pass(scan, erp, elsewhere))).toEqual(["orders 3 deleted", "orders 4 created"]);
  });

  test("a change that was recorded before the process ended counts as told, so that the way back from it is told as well", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1')");
    await pass(await scanOf(erp, resources), erp, resources);
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '1'");
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    const changed = await untilFound(await scanOf(erp, resources));
    await noteInLog(erp, changed.captured);
    const gone = await untilFound(await scanOf(erp, resources));
    expect(told(gone.captured)).toEqual(["orders 2 deleted"]);
    await noteInLog(erp, gone.captured);
    await erp.run("UPDATE HDR SET ST = '10' WHERE NO = '1'");
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('2', 'C1')");
    expect(told(await pass(await scanOf(erp, resources), erp, resources))).toEqual(["orders 1 changed status", "orders 2 created"]);
  });

  test("a difference that was found and is none any more is forgotten", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1')");
    await pass(await scanOf(erp, resources), erp, resources);
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '1'");
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('9', 'C1')");
    const first = await untilFound(await scanOf(erp, resources));
    expect(told(first.captured)).toEqual(["orders 1 changed status", "orders 9 created"]);
    await erp.run("UPDATE HDR SET ST = '10' WHERE NO = '1'");
    await erp.run("DELETE FROM HDR WHERE NO = '9'");
    expect(told(await pass(await scanOf(erp, resources), erp, resources))).toEqual([]);
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '1'");
    const [again] = await pass(await scanOf(erp, resources), erp, resources);
    expect(again?.key).not.toBe(first.captured[0]?.key);
  });

  test("an order that changes hands is its new owner's", async () => {
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1')");
    const scan = await scanOf(erp, resources);
    await pass(scan, erp, resources);
    await erp.run("UPDATE HDR SET CUS = 'C2'");
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '1'");
    const [changed] = await pass(scan, erp, resources);
    expect(changed).toMatchObject({ id: "1", accounts: ["C2"] });
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    const [gone] = await pass(scan, erp, resources);
    expect(gone).toMatchObject({ id: "2", accounts: ["C2"] });
  });
}

/** As the relay does in the transaction that records it. */
async function noteInLog({ store }: Scanned, captured: readonly Captured[]): Promise<void> {
  for (const { key, resource, id } of captured)
    await sql`
      INSERT INTO sluice.events (id, environment, source, change_key, type, resource, resource_id, entity_seq, origin, occurred_at, recorded_at)
      VALUES (${`evt_${key.replaceAll(/\W/g, "").padStart(22, "0")}`}, 'live', 'erp', ${key}, 'some.event', ${resource}, ${id}, 1, 'scan', now(), now())`.execute(
      store,
    );
}

/** The first batch that holds something. */
async function untilFound(scan: Awaited<ReturnType<typeof scanOf>>): Promise<Awaited<ReturnType<typeof scan.next>>> {
  for (let steps = 0; steps < 100; steps += 1) {
    const batch = await scan.next(100);
    if (batch.captured.length > 0) return batch;
    await batch.recorded();
  }
  throw new Error("nothing was found");
}

describe("Postgres", () => common("postgres"));
describeWith("mariadb", "MariaDB", (at) => common("mariadb", at));
