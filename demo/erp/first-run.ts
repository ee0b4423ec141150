/** What a first run needs of Meridian: how to make its databases, who the demo partners are, and a request to try. */
import type { Client } from "pg";
import { createSchema, generate } from "./generate.ts";

/** The databases are called `meridian_live` and `meridian_test`. */
export const database = "meridian";

/** Customers of company 01 with many orders of every kind. */
export const demoPartners = [
  { name: "Northwind Traders", accounts: ["C0000001"] },
  { name: "Harbour & Sons", accounts: ["C0000002", "C0000003"] },
];

export const samplePath = "/v1/orders?limit=2";

/** Different seeds: a record of one environment never passes for one of the other. */
const sizes = { live: { orders: 5_000, seed: 1 }, test: { orders: 500, seed: 2 } };

/** Fills an empty database; takes a few seconds. `onProgress` is told what is being made. */
export async function createErp(client: Client, environment: "live" | "test", onProgress: (line: string) => void): Promise<void> {
  await createSchema(client);
  await generate(client, {
    ...sizes[environment],
    onProgress: (step, done, total) => onProgress(`${environment}: ${step} (${done} of ${total} orders)`),
  });
}

/** The batch that posts reported payments; here it runs by day, too. */
export async function batch(client: Client): Promise<void> {
  await client.query('SELECT "AR_IMPORT_RUN"(100)');
}
