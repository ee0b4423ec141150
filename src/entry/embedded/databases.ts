/** Creates databases of the embedded server in one piece: complete under their name, or not there at all. */
import pg from "pg";
import type { Cluster } from "./cluster.ts";

/**
 * Does nothing when the database exists. Else fills it under another name and renames it at the end, so that a process
 * killed in the middle leaves nothing that looks finished.
 */
export async function ensureDatabase(cluster: Cluster, name: string, fill?: (client: pg.Client) => Promise<void>): Promise<void> {
  const unfinished = `${name}_unfinished`;
  await withClient(cluster.url("postgres"), async (admin) => {
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
    if (rowCount) return;
    await admin.query(`drop database if exists ${pg.escapeIdentifier(unfinished)} with (force)`);
    await admin.query(`create database ${pg.escapeIdentifier(unfinished)}`);
    if (fill) await withClient(cluster.url(unfinished), fill);
    await admin.query(`alter database ${pg.escapeIdentifier(unfinished)} rename to ${pg.escapeIdentifier(name)}`);
  });
}

/** A connection for the time of `work`, closed whatever becomes of it. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A broken connection fails the query that is underway; without a listener it would end the process as well.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    const { host, pathname } = new URL(url);
    throw new Error(`The database ${host}${pathname} cannot be reached.`, { cause });
  }
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined); // It may be gone already, and that is what is wanted.
  }
}
