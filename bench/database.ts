/** The ERP that benchmarks read: Meridian with as many orders as asked for, kept between runs. */

import { join } from "node:path";
import { createSchema, generate } from "../demo/erp/generate.ts";
import type { Cluster } from "../src/entry/embedded/cluster.ts";
import { ensureDatabase } from "../src/entry/embedded/databases.ts";
import { openEmbedded } from "../src/entry/embedded/open.ts";
import { openStateFolder } from "../src/entry/embedded/state-folder.ts";

export interface BenchErp {
  readonly cluster: Cluster;
  /** URL of the ERP's database. */
  readonly url: string;
}

/** Starts Postgres on `.sluice/bench`, and generates the ERP there when it is missing (1M orders: some minutes). */
export async function openBenchErp(orders: number, existing: string | undefined, say: (line: string) => void): Promise<BenchErp> {
  const state = openStateFolder(join(import.meta.dirname, "..", ".sluice", "bench"));
  const { cluster } = await openEmbedded(state, { fresh: false, say });
  if (existing !== undefined) return { cluster, url: existing };
  const name = `bench_${orders}`;
  await ensureDatabase(cluster, name, async (client) => {
    await createSchema(client);
    await generate(client, { orders, seed: 1, onProgress: (step, done, total) => say(`generating ${name}: ${step}, ${done} of ${total}`) });
  });
  return { cluster, url: cluster.url(name) };
}
