/** Values that come back from an image are those that were in the row, however odd; what cannot be read is set aside and stops nothing else. */
import { expect, test } from "vitest";
import { onEach } from "./support/capturing.ts";

onEach("odd values in images", (depot) => {
  const { erp, drain, dialect, noted, changes } = depot;
  const isPostgres = dialect === "postgres";

  test("texts of every kind, bytes, decimals and doubles are as GET would show them", async () => {
    const bytes = isPostgres ? "'\\x4bf66c6e27'" : "x'4bf66c6e27'";
    await erp().run(
      `INSERT INTO ordhdr (compny, ordno, status, cusno, shipto, total, weight, remark, city, reqdt, chgts)
       VALUES ('01', 'O''"\\~1', '10', 'Ç1', '', 99999999999.99, 0.1, ${bytes}, 'Zürich "C:"', '2026-02-28', '2026-03-29 01:30:00.123')`.replaceAll(
        "\\~",
        isPostgres ? "\\~" : "\\\\~",
      ),
    );
    const [captured] = await drain();
    expect(captured?.after).toMatchObject({
      customer_id: "Ç1",
      ship_to_id: null,
      total: { net: "99999999999.99", weight: "0.100" },
      remark: "Köln'",
      city: 'Zürich "C:"',
      requested_on: "2026-02-28",
    });
    expect(captured?.accounts).toEqual(["Ç1"]);
    await erp().run("UPDATE ordhdr SET shipto = NULL, remark = NULL, reqdt = NULL, weight = -1.5e10");
    expect((await drain())[0]).toMatchObject({
      after: { remark: null, requested_on: null, total: { weight: "-15000000000.000" } },
      before: { remark: "Köln'" },
    });
    expect(noted.drifts).toEqual([]);
  });

  test("a moment is the same whatever zone it was written in", async () => {
    const zone = isPostgres ? "SET TIME ZONE 'Europe/Berlin'" : "SET time_zone = '+02:00'";
    const other = await depot.connect();
    await other.run(zone, "INSERT INTO ordhdr (compny, ordno, status, cusno, total, chgts) VALUES ('01', 'Z1', '10', 'C1', 1, '2026-07-01 12:00:00')");
    expect((await drain())[0]?.after?.["changed_at"]).toBe("2026-07-01T10:00:00Z");
  });

  // Postgres has none.
  if (!isPostgres)
    test("a zero date reads as it does in the row: here as what no binding expects", async () => {
      const lax = await depot.connect();
      await lax.run("SET sql_mode = ''", "INSERT INTO ordhdr (compny, ordno, status, cusno, total, reqdt) VALUES ('01', 'D0', '10', 'C1', 1, '0000-00-00')");
      const [captured] = await drain();
      expect(captured?.after?.["requested_on"]).toBeNull();
      expect(noted.drifts.splice(0)).toEqual(["orders D0: not a date"]);
    });

  test("a code that nobody has a word for is told as a note, and as null", async () => {
    await erp().run("INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ('01', 'X1', '77', 'C1', 1)");
    const [captured] = await drain();
    expect(captured?.after).toMatchObject({ id: "X1", status: null });
    expect(noted.drifts.splice(0)).toEqual([expect.stringContaining("orders X1: ")]);
  });

  test("what cannot be read at all is set aside where it can be seen, and the rest goes on", async () => {
    const one = (no: string): string => `INSERT INTO ordhdr (compny, ordno, status, cusno, total) VALUES ('01', '${no}', '10', 'C1', 1)`;
    await erp().run(one("P1"), one("P2"), one("P3"));
    await erp().run(
      isPostgres
        ? `UPDATE ${changes} SET new_image = jsonb_set(new_image, '{total}', '"junk"') WHERE new_image ->> 'ordno' LIKE 'P2%'`
        : `UPDATE ${changes} SET new_image = '{"no' WHERE JSON_VALUE(new_image, '$.ordno') = HEX('P2')`,
    );
    expect((await drain()).map(({ id }) => id)).toEqual(["P1", "P3"]);
    expect(noted.unreadable).toMatchObject([{ table: "ordhdr" }]);
    expect(await drain()).toEqual([]);
    const [row] = await erp().rows(`SELECT fault IS NOT NULL, id FROM ${changes}`);
    expect(String(row?.[1])).toBe(noted.unreadable[0]?.change);
    await erp().run(`DELETE FROM ${changes}`);
  });

  // On MariaDB no trigger sees that: scans do.
  if (isPostgres)
    test("a table that was emptied is looked at as a whole", async () => {
      await erp().run("TRUNCATE price");
      expect(await drain()).toEqual([]);
      expect(noted.swept).toEqual(["prices truncated"]);
      expect(await erp().rows(`SELECT * FROM ${changes}`)).toEqual([]);
    });
});
