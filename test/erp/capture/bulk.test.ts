/** A night's batch is captured a piece at a time: every change once, whatever its size, and nothing of it twice in memory. */
import { expect, test } from "vitest";
import { onEach } from "./support/capturing.ts";

const orders = 50_000;

onEach("a nightly batch", (depot) => {
  test(`of ${orders} rows in one transaction is one change of each thing, with its lines`, { timeout: 240_000 }, async () => {
    const { erp, drain, dialect, changes } = depot;
    const numbers = dialect === "postgres" ? `generate_series(1, ${orders})` : `seq_1_to_${orders}`;
    const n = dialect === "postgres" ? "n" : "seq";
    const no = dialect === "postgres" ? `lpad(${n}::text, 10, '0')` : `LPAD(${n}, 10, '0')`;
    const from = dialect === "postgres" ? `${numbers} n` : numbers;
    await erp().run(
      `INSERT INTO ordhdr (compny, ordno, status, cusno, total) SELECT '01', ${no}, '10', 'C1', 5 FROM ${from}`,
      `INSERT INTO ordlin (compny, ordno, linno, itmno, qty) SELECT '01', ${no}, 10, 'A', 1 FROM ${from}`,
      `DELETE FROM ${changes}`,
    );
    await erp().run("BEGIN", "UPDATE ordhdr SET status = '50'", "UPDATE ordlin SET qty = 2");
    // Statistics that are gathered meanwhile take the queue for empty: nothing may depend on them.
    if (dialect === "postgres") await (await depot.connect()).run(`ANALYZE ${changes}`);
    await erp().run("COMMIT");
    const seen = new Set<string>();
    const source = depot.source();
    for (;;) {
      const { captured, more, recorded } = await source.next(1_000);
      for (const { id, operation, changed, after } of captured) {
        if (operation !== "changed" || !changed.has("status") || !changed.has("lines") || after?.["status"] !== "shipped")
          throw new Error(`${id} ${operation}`);
        if (seen.has(id)) throw new Error(`${id} came twice`);
        seen.add(id);
      }
      await recorded();
      if (!more) break;
    }
    expect(seen.size).toBe(orders);
    expect(await drain()).toEqual([]);
  });
});
