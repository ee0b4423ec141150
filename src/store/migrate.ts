/** Brings the gateway's own tables to the newest form, by the numbered files in `migrations/`. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { ClientBase } from "pg";

export interface Migration {
  /** File name, e.g. `0001_partners_and_keys.sql`; the number orders them. */
  readonly name: string;
  readonly sql: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** Any constant does, as long as every version of the gateway uses the same. */
const lockKey = 7_358_412_961;

/**
 * Applies what is missing, each file in a transaction of its own, and returns the names of those it applied.
 * Several processes may call this at once; one works, the others wait. Throws when a file that was already applied has
 * been altered or removed: then code and tables no longer belong together, and guessing would harm data.
 */
export async function migrate(client: ClientBase, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  await client.query("select pg_advisory_lock($1)", [lockKey]);
  try {
    await client.query(`
      create schema if not exists sluice;
      create table if not exists sluice.migrations (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`);
    const applied = await readApplied(client);
    refuseAltered(wanted, applied);
    const missing = wanted.filter((migration) => !applied.some((row) => row.name === migration.name));
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await client.query("select pg_advisory_unlock($1)", [lockKey]);
  }
}

/** Names of the migrations that a database lacks; changes nothing. Throws as `migrate` does. */
export async function pendingMigrations(client: ClientBase, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const { rows: found } = await client.query<{ it: string | null }>("select to_regclass('sluice.migrations') as it");
  if (found[0]?.it == null) return wanted.map((migration) => migration.name);
  const applied = await readApplied(client);
  refuseAltered(wanted, applied);
  return wanted.map((migration) => migration.name).filter((name) => !applied.some((row) => row.name === name));
}

export async function readMigrations(folder = new URL("../../migrations/", import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), "utf8") })));
}

async function readApplied(client: ClientBase): Promise<AppliedMigration[]> {
  return (await client.query<AppliedMigration>("select name, checksum from sluice.migrations order by name")).rows;
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.sql);
    await client.query("insert into sluice.migrations (name, checksum) values ($1, $2)", [migration.name, checksum(migration)]);
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw new Error(`Migration ${migration.name} failed; nothing of it was applied.`, { cause });
  }
}

function refuseAltered(wanted: readonly Migration[], applied: readonly AppliedMigration[]): void {
  const byName = new Map(wanted.map((migration) => [migration.name, migration]));
  const newestApplied = applied.at(-1)?.name ?? "";
  for (const row of applied) {
    const migration = byName.get(row.name);
    if (!migration) throw new Error(`Migration ${row.name} was applied to this database, but this version of Sluice does not have it.`);
    if (checksum(migration) !== row.checksum) throw new Error(`Migration ${row.name} was altered after it was applied to this database.`);
  }
  for (const migration of wanted) {
    if (migration.name < newestApplied && !applied.some((row) => row.name === migration.name)) {
      throw new Error(`Migration ${migration.name} is numbered before ${newestApplied}, which was already applied; give it a later number.`);
    }
  }
}

function checksum(migration: Migration): string {
  // Line ends are normalised: a checkout on Windows must not count as an alteration.
  return createHash("sha256").update(migration.sql.replaceAll("\r\n", "\n")).digest("hex");
}
