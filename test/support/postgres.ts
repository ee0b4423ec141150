/** Gives each test file its own Postgres database, cloned from a template within milliseconds. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { migrate } from "#store/migrate.ts";

export interface Template {
  readonly name: string;
  readonly build: (client: pg.Client) => Promise<unknown>;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops the database, and with it every connection to it. */
  drop(): Promise<void>;
}

/** Describes a template; it is built by the first test file that asks for it, while the others wait. */
export function template(name: string, build: Template["build"]): Template {
  return { name, build };
}

/** The gateway's own tables, migrated and empty. */
export const gatewayTables = template("gateway", (client) => migrate(client));

/** A database of the caller's own; empty without a template. Call `drop` in `afterAll`. */
export async function createDatabase(from?: Template): Promise<TestDatabase> {
  const name = `t_${from?.name ?? "empty"}_${randomBytes(5).toString("hex")}`;
  await asAdmin(async (admin) => {
    if (from) await ensureTemplate(admin, from);
    await admin.query(`create database ${quote(name)}${from ? ` template ${quote(templateName(from))}` : ""}`);
  });
  return {
    name,
    url: urlOf(name),
    drop: () => asAdmin(async (admin) => void (await admin.query(`drop database if exists ${quote(name)} with (force)`))),
  };
}

/** For the common suite: a store of its own. */
export const ownStore = { openStore: () => createDatabase(gatewayTables) };

async function ensureTemplate(admin: pg.Client, wanted: Template): Promise<void> {
  const name = templateName(wanted);
  const unfinished = `unfinished_${name}`;
  await admin.query("select pg_advisory_lock(hashtext($1))", [name]);
  try {
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
    if (rowCount) return;
    await admin.query(`drop database if exists ${quote(unfinished)} with (force)`);
    await admin.query(`create database ${quote(unfinished)}`);
    const client = new pg.Client({ connectionString: urlOf(unfinished) });
    await client.connect();
    try {
      await wanted.build(client);
    } finally {
      await client.end();
    }
    await admin.query(`alter database ${quote(unfinished)} rename to ${quote(name)}`);
  } finally {
    await admin.query("select pg_advisory_unlock(hashtext($1))", [name]);
  }
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}

function templateName(of: Template): string {
  return `template_${of.name}`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
