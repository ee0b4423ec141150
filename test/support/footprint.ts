/** The gateway's footprint in a database of a test, put there as `sluice source install` would. */
import type { BoundResource, DialectName } from "#erp/binding/source.ts";
import { wholeFootprint } from "#erp/capture/whole-footprint.ts";

/** `run` speaks to the database as the ERP's owner. `resources`: those of its source, where triggers may have to watch their tables. */
export async function addFootprint(
  dialect: DialectName,
  run: (statement: string) => Promise<unknown>,
  resources: readonly BoundResource[] = [],
): Promise<void> {
  const [first] = resources;
  for (const { text } of wholeFootprint(first?.source ?? { name: "erp", dialect }, resources)) await run(text);
}
