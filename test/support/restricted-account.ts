/** Accounts of an ERP's databases that have exactly the grants that `sluice source grants` prints, and nothing else. */
import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import pg from "pg";
import { type GatewayDefinition, grantsFor } from "#gateway";

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
      await client.query(lines.join("\n"));
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
  const run = async (statements: readonly string[]): Promise<void> => {
    const admin = await mysql.createConnection({ uri: first });
    try {
      for (const statement of statements) await admin.query(statement);
    } finally {
      await admin.end();
    }
  };
  await run([`CREATE USER '${user}'@'%' IDENTIFIED BY 'p'`]);
  for (const url of urls) {
    const { lines, undeclared } = grantsFor(definition.resources, { role: user, database: new URL(url).pathname.slice(1), schema: undefined });
    if (undeclared.length > 0) throw new Error(undeclared.join("\n"));
    await run(lines);
  }
  return {
    url: (of) => withAccount(of, user),
    drop: () => run([`DROP USER '${user}'@'%'`]),
  };
}

function withAccount(of: string, name: string): string {
  const url = new URL(of);
  url.username = encodeURIComponent(name);
  url.password = "p";
  return url.href;
}
