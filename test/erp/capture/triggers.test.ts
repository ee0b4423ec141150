/** Triggers keep nobody from working: whoever writes, with whatever rights, and however the ERP's tables change; and they are looked after. */
import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { capturedTables } from "#erp/capture/captured-tables.ts";
import { captureFaults } from "#erp/capture/trigger-check.ts";
import { installTriggers, watchState } from "#erp/capture/triggers.ts";
import { dropWholeFootprint, installWhole, wholeFootprint } from "#erp/capture/whole-footprint.ts";
import { grantsFor } from "#erp/check/grants.ts";
import { onEach, type Worker } from "./support/capturing.ts";

onEach("triggers", (depot) => {
  const { erp, drain, dialect, wrap, open, changes } = depot;
  const isPostgres = dialect === "postgres";
  const order = (no: string): string => `INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ('01', '${no}', '10', 'C1', 5)`;
  const watched = capturedTables(wrap.resources);
  const user = `u_${randomBytes(4).toString("hex")}`;
  const accounts: string[] = [];
  afterAll(async () => {
    for (const name of accounts) await erp().run(isPostgres ? `DROP OWNED BY ${name}; DROP ROLE ${name}` : `DROP USER '${name}'@'%'`);
  });

  async function account(name: string): Promise<(url: string) => string> {
    await erp().run(isPostgres ? `CREATE ROLE ${name} LOGIN PASSWORD 'p'` : `CREATE USER '${name}'@'%' IDENTIFIED BY 'p'`);
    accounts.push(name);
    return (of) => {
      const url = new URL(of);
      [url.username, url.password] = [name, "p"];
      return url.href;
    };
  }

  test("note what somebody writes who may not even look at the gateway's tables", async () => {
    const as = await account(user);
    await erp().run(
      isPostgres ? `GRANT SELECT, INSERT, UPDATE, DELETE ON ordhdr TO ${user}` : `GRANT SELECT, INSERT, UPDATE, DELETE ON ordhdr TO '${user}'@'%'`,
    );
    const clerk: Worker = await depot.connect(as(depot.url()));
    await expect(clerk.run(`SELECT * FROM ${changes}`)).rejects.toThrow(/denied/);
    await clerk.run(order("U1"), "UPDATE ordhdr SET status = '50'", "DELETE FROM ordhdr");
    expect((await drain()).map(({ id, operation }) => `${id} ${operation}`)).toEqual(["U1 created", "U1 changed", "U1 deleted"]);
  });

  test("are read and relayed by an account with the printed grants, and it can do no more", async () => {
    const name = `g_${randomBytes(4).toString("hex")}`;
    const as = await account(name);
    const { lines } = grantsFor(wrap.resources, { role: name, database: new URL(depot.url()).pathname.slice(1), schema: undefined });
    await erp().run(...lines.filter((line) => !line.startsWith("--")));
    const gateway = open({ url: as(depot.url()) });
    expect(await captureFaults(wrap.resources, gateway)).toEqual([]);
    await erp().run(order("G1"));
    const catalogOf = depot.source({ run: async (work) => work(gateway, await depot.catalog()) });
    const batch = await catalogOf.next(10);
    expect(batch.captured.map(({ id }) => id)).toEqual(["G1"]);
    await batch.recorded();
    expect(await catalogOf.lag()).toEqual({ waiting: 0, oldestMs: undefined });
    const attempt = gateway.transact((transaction) => transaction.execute({ text: `UPDATE ${changes} SET origin = 'api'`, values: [] }));
    await expect(attempt).rejects.toThrow();
  });

  test("go on when the ERP gets a column more", async () => {
    await erp().run("ALTER TABLE ordhdr ADD COLUMN more VARCHAR(10)", order("M1"), "UPDATE ordhdr SET more = 'x'");
    expect((await drain()).map(({ id, operation }) => `${id} ${operation}`)).toEqual(["M1 created"]);
  });

  // MariaDB refuses to run such a trigger: docs/operating/footprint.md says what to do.
  if (isPostgres)
    test("keep nobody from writing when a bound column is renamed: what is left is noted, and waits until the binding fits", async () => {
      await erp().run("ALTER TABLE price RENAME COLUMN amount TO betrag", "INSERT INTO price VALUES ('L', 'C1', 'A', 3)", order("M2"));
      expect((await drain()).map(({ id }) => id)).toEqual(["M2"]);
      expect(depot.noted.waiting).toHaveLength(1);
      expect(await erp().rows(`SELECT relation, new_image ->> 'lst' FROM ${changes}`)).toEqual([["price", "L   "]]);
      await erp().run("ALTER TABLE price RENAME COLUMN betrag TO amount");
      const later = depot.source();
      const batch = await later.next(10);
      expect(batch.captured.map(({ id }) => id)).toEqual(["L~C1~A"]);
      await batch.recorded();
    });

  test("are found missing, disabled or made of other columns, and put right again", async () => {
    const states = async () =>
      (await watchState(wrap.source, watched, open())).tables.filter(({ state }) => state !== "watched").map(({ table, state }) => `${table} ${state}`);
    expect(await states()).toEqual([]);
    if (isPostgres) {
      await erp().run("ALTER TABLE ordlin DISABLE TRIGGER sluice_change", "DROP TRIGGER sluice_truncate ON price");
      expect(await states()).toEqual(["ordlin disabled", "price missing"]);
      expect(await captureFaults(wrap.resources, open())).toEqual([expect.stringContaining("price"), expect.stringContaining("disabled: ordlin")]);
      await erp().run("ALTER TABLE ordlin ENABLE TRIGGER sluice_change");
    } else {
      await erp().run("DROP TRIGGER `sluice update price`");
      expect(await states()).toEqual(["price missing"]);
    }
    const other = watched.map((table) => (table.table === "ordhdr" ? { ...table, digest: "0123456789abcdef" } : table));
    expect((await watchState(wrap.source, other, open())).tables.find(({ table }) => table === "ordhdr")?.state).toBe("outdated");
    expect(await installTriggers(wrap.source, watched, open())).toMatchObject({ kind: "installed", tables: ["price"], removed: [] });
    expect(await states()).toEqual([]);
    expect(await installTriggers(wrap.source, watched, open())).toMatchObject({ kind: "installed", tables: [], removed: [] });
  });

  test("of tables that are bound no more are taken away", async () => {
    const fewer = watched.filter(({ table }) => table !== "price");
    const result = await installTriggers(wrap.source, fewer, open());
    expect(result).toMatchObject({ kind: "installed", tables: [], removed: isPostgres ? ["note price"] : expect.arrayContaining(["sluice update price"]) });
    await erp().run("INSERT INTO price VALUES ('L', 'C9', 'B', 3)");
    expect(await erp().rows(`SELECT * FROM ${changes}`)).toEqual([]);
  });

  test("go with the rest of the footprint, and come back with it by hand", async () => {
    await erp().run(...dropWholeFootprint(wrap.source, wrap.resources));
    await erp().run(order("Q1"));
    await erp().run(...wholeFootprint(wrap.source, wrap.resources).map(({ text }) => text));
    expect(await captureFaults(wrap.resources, open())).toEqual([]);
    await erp().run(order("Q2"));
    expect((await drain()).map(({ id }) => id)).toEqual(["Q2"]);
    expect((await installWhole(wrap.source, wrap.resources, open())).triggers).toMatchObject({ tables: [], missing: [] });
  });
});
