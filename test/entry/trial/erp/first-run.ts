/** An ERP of one table that takes a second to make, long enough to be interrupted. */
import type { Client } from "pg";

export const database = "trial";
export const demoPartners = [
  { name: "First", accounts: ["A1"] },
  { name: "Second", accounts: ["B1", "B2"] },
];
export const samplePath = "/v1/things";

export async function createErp(client: Client, environment: "live" | "test", onProgress: (line: string) => void): Promise<void> {
  onProgress(`${environment}: half of it`);
  await client.query("create table thing (id text primary key, weight int not null)");
  await client.query("select pg_sleep(0.5)");
  await client.query("insert into thing values ('a', 1), ('b', 2)");
}
