/** Order entry's stored routines: placing, amending, cancelling, holding, and every refusal. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Meridian, openMeridian } from "./meridian.ts";

let erp: Meridian;
beforeAll(async () => {
  erp = await openMeridian();
});
afterAll(() => erp.close());
beforeEach(async () => void (await erp.client.query("BEGIN")));
afterEach(async () => void (await erp.client.query("ROLLBACK")));

const placing = `SELECT "OE_PLACE_ORDER"('01', $1, $2, $3, 'API', $4) AS ordno`;
const amending = `SELECT "OE_AMEND_ORDER"('01', $1, $2, $3, 'API')`;
const cancelling = `SELECT "OE_CANCEL_ORDER"('01', $1, $2, 'API')`;

interface Header {
  ORDST: string;
  CUSREF: string;
  ORDNET: string;
  ORDVAT: string;
  ORDTOT: string;
  FRTAMT: number;
  SHCTY: string;
  CMTTXT: Buffer;
}
interface Line {
  LINNO: number;
  QTYOR: number;
  LINAMT: string;
  UNTPR: string;
  DELFLG: string;
  UOMFC: number;
}

/** An item of company 01 that can be ordered by the piece, and one that also comes in cartons. */
const anItem = `SELECT "ITMNO" AS itmno FROM "ITMMAS" i WHERE "COMPNY" = '01' AND "DELFLG" = '' AND "DSCDT" = 0 AND "UOMCD" = 'STK'`;

async function item(condition = "true"): Promise<string> {
  return (await erp.one<{ itmno: string }>(`${anItem} AND ${condition} ORDER BY 1 LIMIT 1`)).itmno.trim();
}

async function place(cusno = "C0000001", header: object = {}, lines?: readonly object[], date = 0): Promise<string> {
  const list = lines ?? [{ ITMNO: await item(), QTYOR: 5000 }];
  return (await erp.one<{ ordno: string }>(placing, [cusno, header, JSON.stringify(list), date])).ordno;
}

const header = (ordno: string) => erp.one<Header>(`SELECT * FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [ordno]);

async function linesOf(ordno: string): Promise<Line[]> {
  return (await erp.client.query<Line>(`SELECT * FROM "OELIN" WHERE "COMPNY" = '01' AND "ORDNO" = $1 ORDER BY "LINNO"`, [ordno])).rows;
}

async function allocated(itmno: string): Promise<number> {
  const { qty } = await erp.one<{ qty: number }>(`SELECT coalesce(sum("QTYAL"), 0)::FLOAT8 AS qty FROM "STKBAL" WHERE "COMPNY" = '01' AND "ITMNO" = $1`, [
    itmno,
  ]);
  return qty;
}

const anOrder = async (condition: string) =>
  (await erp.one<{ ordno: string }>(`SELECT "ORDNO" AS ordno FROM "OEHDR" WHERE "COMPNY" = '01' AND ${condition} ORDER BY 1 DESC LIMIT 1`)).ordno;

describe("placing", () => {
  test("takes the next number, writes header, lines and log, and allocates stock", async () => {
    const itmno = await item();
    const before = await allocated(itmno);
    const { last } = await erp.one<{ last: string }>(`SELECT "LSTNO" AS last FROM "NUMRNG" WHERE "COMPNY" = '01' AND "RNGID" = 'ORDNO'`);
    const ordno = await place("C0000001", { CUSREF: "PO-4711", CMTTXT: "Größe prüfen", SHPSQ: 1 }, [{ ITMNO: itmno, QTYOR: 5000 }]);
    expect(ordno).toBe(String(Number(last) + 1).padStart(10, "0"));
    const [line] = await linesOf(ordno);
    const placed = await header(ordno);
    expect(placed).toMatchObject({ ORDST: "10", CUSREF: "PO-4711".padEnd(20), ORDNET: line?.LINAMT });
    expect(Number(placed.ORDTOT)).toBe(Number(placed.ORDNET) + Number(placed.ORDVAT) + Math.round(placed.FRTAMT * 100));
    expect(placed.CMTTXT.toString("latin1")).toBe("Größe prüfen");
    expect(await allocated(itmno)).toBe(before + 5000);
    const { log } = await erp.one<{ log: string }>(`SELECT "ACTCD" AS log FROM "SYSLOG" WHERE "OBJREF" = $1`, [`OEHDR,${ordno}`]);
    expect(log).toBe("ADD");
  });

  test("sells in cartons at the carton's price and allocates base units", async () => {
    const itmno = await item(`EXISTS (SELECT FROM "ITMUOM" u WHERE u."COMPNY" = i."COMPNY" AND u."ITMNO" = i."ITMNO" AND u."UOMCD" = 'KAR')`);
    const before = await allocated(itmno);
    const [line] = await linesOf(await place("C0000004", {}, [{ ITMNO: itmno, QTYOR: 2000, UOMCD: "KAR" }]));
    expect(line?.UOMFC).toBe(12000);
    expect(await allocated(itmno)).toBe(before + 24000);
  });

  test("takes the customer's own price before the list price", async () => {
    const own = await erp.one<{ itmno: string; price: string }>(`
      SELECT p."ITMNO" AS itmno, p."PRICE" AS price FROM "PRCLIN" p JOIN "ITMMAS" i USING ("COMPNY", "ITMNO")
       WHERE p."COMPNY" = '01' AND p."CUSNO" = 'C0000001' AND p."DELFLG" = '' AND p."VALTO" = 0 AND i."DELFLG" = '' AND i."DSCDT" = 0 LIMIT 1`);
    const [line] = await linesOf(await place("C0000001", {}, [{ ITMNO: own.itmno, QTYOR: 1000 }]));
    expect(line?.UNTPR).toBe(own.price);
  });

  const refusals: readonly [string, string, RegExp, () => Promise<readonly unknown[]>][] = [
    ["an unknown customer", "ME001", /^OE-0401 CUS C9999999 NOT ON FILE$/, async () => ["C9999999", {}, await one(), 0]],
    ["a deleted customer", "ME001", /^OE-0401 CUS C0000010 NOT ON FILE$/, async () => ["C0000010", {}, await one(), 0]],
    ["a blocked customer", "ME002", /^OE-0402 CUS C0000008 BLOCKED$/, async () => ["C0000008", {}, await one(), 0]],
    ["an unknown item", "ME003", /^OE-0411 ITM NIX NOT ON FILE$/, async () => ["C0000001", {}, '[{"ITMNO":"NIX","QTYOR":1000}]', 0]],
    ["a credit limit exceeded", "ME005", /^OE-0417 CREDIT LIMIT EXCEEDED CUS C0000007$/, async () => ["C0000007", {}, await one(), 0]],
    ["a closed period", "ME006", /^OE-0421 PERIOD 202601 CLOSED$/, async () => ["C0000001", {}, await one(), 20260115]],
    ["a quantity of zero", "ME007", /^OE-0431 QTY NOT VALID LIN 010$/, async () => ["C0000001", {}, await one({ QTYOR: 0 }), 0]],
    ["a negative quantity", "ME007", /^OE-0431 /, async () => ["C0000001", {}, await one({ QTYOR: -1000 }), 0]],
    ["a quantity that is no number", "ME007", /^OE-0431 /, async () => ["C0000001", {}, await one({ QTYOR: "1e3" }), 0]],
    ["a unit the item has not", "ME008", /^OE-0432 UOM XXX NOT VALID ITM /, async () => ["C0000001", {}, await one({ UOMCD: "XXX" }), 0]],
    ["an unknown ship-to", "ME009", /^OE-0405 SHIP-TO 77 NOT ON FILE$/, async () => ["C0000001", { SHPSQ: 77 }, await one(), 0]],
    ["a requested date in the past", "ME010", /^OE-0434 REQ DATE 20200101 NOT VALID$/, async () => ["C0000001", { REQDT: 20200101 }, await one(), 0]],
    ["a requested date that is none", "ME010", /^OE-0434 REQ DATE 20990231 NOT VALID$/, async () => ["C0000001", { REQDT: 20990231 }, await one(), 0]],
    ["no lines", "ME011", /^OE-0430 NO LINES$/, async () => ["C0000001", {}, "[]", 0]],
    ["a comment latin1 cannot say", "ME012", /^OE-0441 /, async () => ["C0000001", { CMTTXT: "你好" }, await one(), 0]],
  ];
  async function one(change: object = {}): Promise<string> {
    return JSON.stringify([{ ITMNO: await item(), QTYOR: 5000, ...change }]);
  }
  for (const [what, code, message, values] of refusals) {
    test(`refuses ${what}`, async () => {
      expect(await erp.refusal(placing, await values())).toEqual({ code, message: expect.stringMatching(message) });
    });
  }

  test("refuses a discontinued item", async () => {
    await erp.client.query(`UPDATE "ITMMAS" SET "DSCDT" = 20260101 WHERE "COMPNY" = '01' AND "ITMNO" = 'B-10001'`);
    const refusal = await erp.refusal(placing, ["C0000001", {}, '[{"ITMNO":"B-10001","QTYOR":1000}]', 0]);
    expect(refusal).toEqual({ code: "ME004", message: "OE-0412 ITM B-10001 DISCONTINUED" });
  });

  test("refuses when the number range is full", async () => {
    await erp.client.query(`UPDATE "NUMRNG" SET "MAXNO" = "LSTNO" WHERE "COMPNY" = '01' AND "RNGID" = 'ORDNO'`);
    expect(await erp.refusal(placing, ["C0000001", {}, await one(), 0])).toMatchObject({ code: "ME090" });
  });
});

describe("amending", () => {
  test("changes header and quantity, adds a line, deletes one softly, and allocates the difference", async () => {
    const itmno = await item();
    const ordno = await place("C0000001", {}, [
      { ITMNO: itmno, QTYOR: 5000 },
      { ITMNO: itmno, QTYOR: 1000 },
    ]);
    const before = await allocated(itmno);
    const lines = [
      { LINNO: 10, QTYOR: 8000 },
      { LINNO: 20, QTYOR: 0 },
      { ITMNO: itmno, QTYOR: 2000 },
    ];
    await erp.client.query(amending, [ordno, { SHCTY: "Ålesund", CUSREF: "NEU" }, JSON.stringify(lines)]);
    const changed = await linesOf(ordno);
    expect(changed.map((line) => [line.LINNO, line.QTYOR, line.DELFLG])).toEqual([
      [10, 8000, " "],
      [20, 1000, "D"],
      [30, 2000, " "],
    ]);
    const net = changed.filter((line) => line.DELFLG === " ").reduce((sum, line) => sum + Number(line.LINAMT), 0);
    expect(await header(ordno)).toMatchObject({ SHCTY: "Ålesund", CUSREF: "NEU".padEnd(20), ORDNET: String(net) });
    expect(await allocated(itmno)).toBe(before + 3000 - 1000 + 2000);
  });

  test("refuses an unknown order, a shipped one, one on hold, lines of a released one, and an unknown line", async () => {
    const attempt = async (ordno: string, lines: string | null) => {
      await erp.client.query("SAVEPOINT attempt");
      const refusal = await erp.refusal(amending, [ordno, { PRIO: 1 }, lines]);
      await erp.client.query("ROLLBACK TO attempt");
      return refusal.code;
    };
    expect(await attempt("9999999999", null)).toBe("ME020");
    expect(await attempt(await anOrder(`"ORDST" = '50' AND "ORDTY" = 'SO' AND "DELFLG" = ''`), null)).toBe("ME021");
    const own = await place();
    expect(await attempt(own, '[{"LINNO":90,"QTYOR":1000}]')).toBe("ME023");
    expect(await attempt(own, '[{"LINNO":10,"QTYOR":0}]')).toBe("ME011");
    await erp.client.query(`UPDATE "OEHDR" SET "ORDST" = '20' WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [own]);
    expect(await attempt(own, '[{"LINNO":10,"QTYOR":1000}]')).toBe("ME024");
    await erp.client.query(`UPDATE "OEHDR" SET "HLDFLG" = 'Y' WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [own]);
    expect(await attempt(own, null)).toBe("ME022");
  });
});

describe("cancelling and holding", () => {
  test("cancels an order and gives its stock back", async () => {
    const itmno = await item();
    const before = await allocated(itmno);
    const ordno = await place("C0000001", {}, [{ ITMNO: itmno, QTYOR: 5000 }]);
    await erp.client.query(cancelling, [ordno, "01"]);
    expect(await header(ordno)).toMatchObject({ ORDST: "90", CANCD: "01" });
    expect(await allocated(itmno)).toBe(before);
  });

  test("refuses what is shipped, what is picked, and an unknown reason", async () => {
    const shipped = await anOrder(`"ORDST" = '50' AND "ORDTY" = 'SO'`);
    await erp.client.query("SAVEPOINT attempt");
    expect(await erp.refusal(cancelling, [shipped, "01"])).toMatchObject({ code: "ME021" });
    await erp.client.query("ROLLBACK TO attempt");
    const own = await place();
    await erp.client.query("SAVEPOINT attempt");
    expect(await erp.refusal(cancelling, [own, "77"])).toMatchObject({ code: "ME026" });
    await erp.client.query("ROLLBACK TO attempt");
    await erp.client.query(`UPDATE "SHHDR" SET "ORDNO" = $1 WHERE "COMPNY" = '01' AND "SHPNO" = 1`, [own]);
    expect(await erp.refusal(cancelling, [own, "01"])).toMatchObject({ code: "ME025" });
  });

  test("holding answers a status code and never raises", async () => {
    const hold = async (ordno: string, flag: string) =>
      (await erp.one<{ code: number }>(`SELECT "OE_HOLD_ORDER"('01', $1, $2, 'API') AS code`, [ordno, flag])).code;
    const own = await place();
    expect([await hold(own, "Y"), await hold(own, "Y"), await hold(own, "N")]).toEqual([0, 4, 0]);
    expect([await hold("9999999999", "Y"), await hold(await anOrder(`"ORDST" = '50'`), "Y"), await hold(own, "?")]).toEqual([8, 12, 16]);
  });
});
