/** Gives each test file its own MariaDB database; tables and rows are copied from a template that is loaded once. */
import { createHash, randomBytes } from "node:crypto";
import mysql from "mysql2/promise";

export interface MariadbDatabase {
  readonly name: string;
  /** For `openSource("mariadb", ...)`; the account may do everything, the gateway's session is read-only all the same. */
  readonly url: string;
  /** Runs statements as the ERP itself would. */
  run(statements: string): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
  drop(): Promise<void>;
}

/** An empty database, or one filled by the SQL text of a dump. `at` is the URL that `describeWith("mariadb", ...)` gives. */
export async function createMariadbDatabase(at: string, dump?: { readonly name: string; readonly sql: string }): Promise<MariadbDatabase> {
  const name = `t_${dump?.name ?? "empty"}_${randomBytes(5).toString("hex")}`;
  await asAdmin(at, async (admin) => {
    await admin.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
    if (dump) await copy(admin, await ensureTemplate(admin, dump), name);
  });
  const url = new URL(at);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    run: (statements) => asAdmin(url.href, async (admin) => void (await admin.query(statements))),
    rows: (statement) => asAdmin(url.href, async (admin) => (await admin.query<mysql.RowDataPacket[][]>({ sql: statement, rowsAsArray: true }))[0]),
    drop: () => asAdmin(at, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS \`${name}\``))),
  };
}

/** Loads the dump unless that was done before; other test files wait. The digest in its name makes a changed dump another one. */
async function ensureTemplate(admin: mysql.Connection, { name, sql }: { readonly name: string; readonly sql: string }): Promise<string> {
  const template = `sluice_template_${name}_${createHash("sha256").update(sql).digest("hex").slice(0, 8)}`;
  const finished = `${template}_ready`;
  await admin.query("SELECT GET_LOCK(?, 60)", [template]);
  try {
    const [found] = await admin.query<mysql.RowDataPacket[]>("SHOW DATABASES LIKE ?", [finished]);
    if (found.length > 0) return template;
    await admin.query(
      `DROP DATABASE IF EXISTS \`${template}\`; CREATE DATABASE \`${template}\`; USE \`${template}\`; SET sql_mode = '', FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0`,
    );
    await admin.query(sql);
    await admin.query(`CREATE DATABASE \`${finished}\``);
    return template;
  } finally {
    await admin.query("SELECT RELEASE_LOCK(?)", [template]);
  }
}

/** Foreign keys are left behind: nothing here deletes what others refer to. */
async function copy(admin: mysql.Connection, from: string, to: string): Promise<void> {
  const [tables] = await admin.query<mysql.RowDataPacket[][]>({
    sql: "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
    values: [from],
    rowsAsArray: true,
  });
  const statements = tables.map(
    ([table]) => `CREATE TABLE \`${to}\`.\`${table}\` LIKE \`${from}\`.\`${table}\`; INSERT INTO \`${to}\`.\`${table}\` SELECT * FROM \`${from}\`.\`${table}\``,
  );
  await admin.query(`SET sql_mode = ''; ${statements.join("; ")}`);
}

async function asAdmin<T>(url: string, work: (admin: mysql.Connection) => Promise<T>): Promise<T> {
  const admin = await mysql.createConnection({ uri: url, multipleStatements: true, charset: "utf8mb4" });
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
