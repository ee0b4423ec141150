/** Decisions about conflicts, on both databases: carried out with the record's resolution or not at all. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { type ConflictDesk, conflictDesk } from "#erp/write/conflict-desk.ts";
import type { ConflictRecord } from "#erp/write/conflict-record.ts";
import { describeWith } from "../support/requires.ts";
import { type ServedShop, serveShop } from "./serve-shop.ts";
import { type ShopDialect, shopGateway } from "./shop.ts";

describe("on Postgres", () => desk("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => desk("mariadb", at));

function desk(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  let database: OpenDatabase;
  let conflicts: ConflictDesk;
  beforeAll(async () => {
    shop = await serveShop(dialect, at, { gateways: 1 });
    const options = {
      ...{ url: shop.database.url, maxConnections: 3, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 2_000 },
      ...{ prepare: false, applicationName: "test" },
    };
    database = dialect === "postgres" ? openPostgres(options) : openMariadb(options);
    const { resources } = shopGateway(dialect);
    const [first] = resources;
    if (first === undefined) throw new Error("no resource");
    const secret = Buffer.from(shop.variables["SLUICE_SECRET"] ?? "", "base64");
    conflicts = conflictDesk({ source: first.source, resources, secret, database, now: Date.now });
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await shop?.close();
  });

  let path: string;
  let ifMatch: string;
  beforeEach(async () => {
    const placed = await shop.place();
    path = String(placed.headers.get("location"));
    ifMatch = String(placed.headers.get("etag"));
  });
  const thing = () => path.split("/").at(-1) ?? "";
  const inErp = (set: string) => shop.database.run(`UPDATE ordhdr SET ${set} WHERE ordno = '${thing()}'`);
  const note = async () => (await shop.send("GET", path)).body["note"];
  const accounts = ["C1", "C2"];

  async function parked(partner = "ours"): Promise<ConflictRecord> {
    await inErp("note = 'theirs'");
    await shop.send("PATCH", path, { body: { note: partner }, ifMatch, idempotencyKey: randomUUID() });
    const record = (await conflicts.list({ state: "open" }, 100)).find((one) => one.thing === thing());
    if (record === undefined) throw new Error("nothing is parked");
    return record;
  }

  test("the partner's value is written, for the accounts that are the partner's", async () => {
    const record = await parked();
    expect(await conflicts.takePartner(record, ["C3"], { by: "Ada" }, false)).toEqual({ kind: "refused", why: "It is gone, or no longer the partner's." });
    expect(await conflicts.takePartner(record, accounts, { by: "Ada", note: "n" }, false)).toEqual({ kind: "resolved" });
    expect(await note()).toBe("ours");
    expect(await conflicts.find(record.id)).toMatchObject({ resolution: { took: "partner", by: "Ada", note: "n" } });
    expect(await conflicts.keepErp(record.id, { by: "Bob" })).toEqual({ kind: "already-resolved" });
  });

  test("a value that has moved on is left alone, unless forced", async () => {
    const record = await parked();
    await inErp("note = 'newer'");
    expect(await conflicts.takePartner(record, accounts, { by: "Ada" }, false)).toEqual({ kind: "moved-on", present: "newer" });
    expect((await conflicts.find(record.id))?.resolution).toBeUndefined();
    expect(await conflicts.takePartner(record, accounts, { by: "Ada" }, true)).toEqual({ kind: "resolved" });
    expect(await note()).toBe("ours");
  });

  test("what the ERP refuses leaves the record open, and nothing changed", async () => {
    await shop.database.run(
      dialect === "postgres"
        ? `CREATE OR REPLACE FUNCTION no_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.note = 'forbidden' THEN RAISE EXCEPTION 'CREDIT' USING ERRCODE = 'ME005'; END IF; RETURN NEW; END $$;
           CREATE TRIGGER no_note BEFORE UPDATE ON ordhdr FOR EACH ROW EXECUTE FUNCTION no_note()`
        : `CREATE TRIGGER no_note BEFORE UPDATE ON ordhdr FOR EACH ROW BEGIN
             IF NEW.note = 'forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'CREDIT'; END IF; END`,
    );
    const record = await parked("forbidden");
    expect(await conflicts.takePartner(record, accounts, { by: "Ada" }, false)).toEqual({
      kind: "refused",
      why: "The ERP refuses it: credit-limit-exceeded. The order exceeds the credit limit.",
    });
    expect((await conflicts.find(record.id))?.resolution).toBeUndefined();
    expect(await note()).toBe("theirs");
  });

  test("of many who decide at once, one does, and its value stands", { timeout: 60_000 }, async () => {
    for (let round = 0; round < 15; round++) {
      const placed = await shop.place();
      path = String(placed.headers.get("location"));
      ifMatch = String(placed.headers.get("etag"));
      const record = await parked();
      const decided = await Promise.all([
        conflicts.takePartner(record, accounts, { by: "Ada" }, round % 2 === 0),
        conflicts.keepErp(record.id, { by: "Bob" }),
        conflicts.takePartner(record, accounts, { by: "Cyd" }, true),
      ]);
      expect(decided.filter(({ kind }) => kind === "resolved")).toHaveLength(1);
      const resolution = (await conflicts.find(record.id))?.resolution;
      expect(resolution?.by).toBe(["Ada", "Bob", "Cyd"][decided.findIndex(({ kind }) => kind === "resolved")]);
      expect(await note()).toBe(resolution?.took === "partner" ? "ours" : "theirs");
    }
  });
}
