/** The gateway's footprint in a database of a test, put there as `sluice source install` would. */
import type { DialectName } from "#erp/binding/source.ts";
import { footprintStatements } from "#erp/write/footprint.ts";

/** `run` speaks to the database as the ERP's owner. */
export async function addFootprint(dialect: DialectName, run: (statement: string) => Promise<unknown>): Promise<void> {
  for (const text of footprintStatements({ name: "erp", dialect })) await run(text);
}
