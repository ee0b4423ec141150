/** Accounts of an ERP's databases that have exactly the grants that `sluice source grants` prints, and nothing else. */
import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import pg from "pg";
import { type GatewayDefinition, grantsFor } from "#gateway";
import { addFootprint } from "./footprint.ts";

export interface RestrictedAccount {
  /** The URL of a database with the account's credentials. */
  url(of: string): string;
  drop(): Promise<void>;
}

/** `urls`: databases of one server, with the rights to grant. What everyone may do by default is taken away first. */
export async function restrictOnPostgres(definition: GatewayDefinition, urls: readonly string[]): Promise<RestrictedAccount> {
  const role = `r_${randomBytes(5).toString("hex")}"q`;
  const quoted = pg.escapeIdentifier(role);
  for (const [index, url] of urls.entries()) {
    const database = new URL(url).pathname.slice(1);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      if (index === 0) await client.query(`CREATE ROLE ${quoted} LOGIN PASSWORD 'p'`);
      await client.query(`
        REVOKE ALL ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC`);
      const { lines, undeclared } = grantsFor(definition.resources, { role, database, schema: undefined });
      if (undeclared.length > 0) throw new Error(undeclared.join("\n"));
      await addFootprint("postgres", (statement) => client.query(statement), definition.resources);
      await client.query(lines.join("\n"));
      // As a printed remark asks of the DBA: the routines that commands call do with their owner's rights what they do.
      for (const name of definition.resources.flatMap(({ binding }) => binding.needs?.functions ?? []))
        await client.query(`ALTER FUNCTION public.${pg.escapeIdentifier(name)} SECURITY DEFINER`);
    } finally {
      await client.end();
    }
  }
  return {
    url: (of) => withAccount(of, role),
    async drop() {
      // Its databases are gone, and with them all that it was granted.
      const admin = new URL(urls[0] ?? "");
      admin.pathname = "/postgres";
      const client = new pg.Client({ connectionString: admin.href });
      await client.connect();
      await client.query(`DROP ROLE ${quoted}`);
      await client.end();
    },
  };
}

/** `urls`: databases of one server, with the rights to grant. */
export async function restrictOnMariadb(definition: GatewayDefinition, urls: readonly string[]): Promise<RestrictedAccount> {
  const user = `r_${randomBytes(5).toString("hex")}`;
  const [first = ""] = urls;
  const run = async (at: string, work: (admin: mysql.Connection) => Promise<unknown>): Promise<void> => {
    const admin = await mysql.createConnection({ uri: at });
    try {
      await work(admin);
    } finally {
      await admin.end();
    }
  };
  await run(first, (admin) => admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'p'`));
  for (const url of urls) {
    const { lines, undeclared } = grantsFor(definition.resources, { role: user, database: new URL(url).pathname.slice(1), schema: undefined });
    if (undeclared.length > 0) throw new Error(undeclared.join("\n"));
    await run(url, async (admin) => {
      await addFootprint("mariadb", (statement) => admin.query(statement), definition.resources);
      for (const line of lines) if (!line.startsWith("--")) await admin.query(line);
    });
  }
  return {
    url: (of) => withAccount(of, user),
    drop: () => run(serverOf(first), (admin) => admin.query(`DROP USER '${user}'@'%'`)),
  };
}

function withAccount(of: string, name: string): string {
  const url = new URL(of);
  url.username = encodeURIComponent(name);
  url.password = "p";
  return url.href;
}

/** Its databases may be gone by then. */
function serverOf(url: string): string {
  const server = new URL(url);
  server.pathname = "/";
  return server.href;
}
