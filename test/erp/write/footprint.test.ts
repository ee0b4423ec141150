/** The footprint is installed once, by however many, and brought forward by a later version. */
import { expect, test } from "vitest";
import { footprintState, installFootprint } from "#erp/write/footprint/install.ts";
import { dropFootprint, footprintStatements, footprintVersion } from "#erp/write/footprint.ts";
import { onEach } from "./support/footprint.ts";

onEach("the footprint", ({ source, table, open, run, rows }) => {
  const drop = async (): Promise<void> => {
    if (source.dialect === "postgres") for (const statement of dropFootprint(source)) await run(statement);
    else {
      const database = open({ maxConnections: 1 });
      const word = (text: string) => database.transact((transaction) => transaction.execute({ text, values: [], unprepared: true }));
      await word("SET SESSION TRANSACTION READ WRITE");
      for (const statement of dropFootprint(source)) await word(statement);
    }
  };
  const current = { kind: "current", version: footprintVersion(source) };

  test("is absent from a database that nobody installed it in", async () => {
    expect(await footprintState(source, open())).toEqual({ kind: "absent" });
  });

  test("is installed by several at once, and a second time without a change", async () => {
    const several = [open(), open(), open(), open()];
    await Promise.all(several.map((database) => installFootprint(source, database)));
    expect(await footprintState(source, open())).toEqual(current);
    const noted = await rows(`SELECT * FROM ${table("footprint")}`);
    expect(await installFootprint(source, open())).toEqual(current);
    expect(await rows(`SELECT * FROM ${table("footprint")}`)).toEqual(noted);
  });

  test("leaves sessions read-only", async () => {
    await drop();
    const database = open({ maxConnections: 1 });
    expect(await installFootprint(source, database)).toEqual({ kind: "absent" });
    await expect(database.query({ text: `DELETE FROM ${table("receipt")}`, values: [] })).rejects.toThrow(/read.only/i);
  });

  test("of an older version is brought forward, and one of a newer version is left alone", async () => {
    await run(`UPDATE ${table("footprint")} SET version = 0`);
    expect(await footprintState(source, open())).toEqual({ kind: "older", version: 0 });
    expect(await installFootprint(source, open())).toEqual({ kind: "older", version: 0 });
    expect(await footprintState(source, open())).toEqual(current);
    await run(`UPDATE ${table("footprint")} SET version = 99`);
    expect(await installFootprint(source, open())).toEqual({ kind: "newer", version: 99 });
    expect(await footprintState(source, open())).toEqual({ kind: "newer", version: 99 });
  });

  test("as it is printed can be run twice, and does not take back a newer version", async () => {
    if (source.dialect === "mariadb") return expect(footprintStatements(source).join("\n")).toMatch(/CREATE TABLE IF NOT EXISTS `sluice_receipt`/);
    for (const statement of [...footprintStatements(source), ...footprintStatements(source)]) await run(statement);
    expect(await footprintState(source, open())).toEqual({ kind: "newer", version: 99 });
  });

  test("is taken away as a whole", async () => {
    await drop();
    await drop();
    expect(await footprintState(source, open())).toEqual({ kind: "absent" });
  });
});
