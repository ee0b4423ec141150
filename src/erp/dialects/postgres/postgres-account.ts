/** Asks a Postgres what the gateway's account may do there, and whether the limits of its session are in force. */

import { type ErpAccount, some, type WantedLimits } from "../account.ts";
import type { ErpDatabase } from "../dialect.ts";

/** A pooler in between may swallow what a connection asks for at its start, so the settings are read back. */
const session = `
SELECT current_user, current_setting('server_version'), r.rolsuper, r.rolcreaterole OR r.rolcreatedb,
  (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'),
  (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'lock_timeout'),
  current_setting('default_transaction_read_only')
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

const writable = `
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
  AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1`;

export async function postgresAccount(database: ErpDatabase, wanted: WantedLimits): Promise<ErpAccount> {
  const [row = []] = await database.query({ text: session, values: [] });
  const [user, version, isSuper, mayCreate, statementMs, lockMs, readOnly] = row;
  const tables = (await database.query({ text: writable, values: [] })).map(([name]) => String(name));
  return {
    server: `PostgreSQL ${String(version)}`,
    user: String(user),
    mayWrite: [
      ...(isSuper === true ? ["is a superuser"] : []),
      ...(isSuper !== true && mayCreate === true ? ["may create databases or roles"] : []),
      ...(tables.length > 0 ? [`may change ${some(tables)}`] : []),
    ],
    limitsMissing: [
      ...(Number(statementMs) === wanted.statementTimeoutMs ? [] : [`statement_timeout is ${String(statementMs)} ms`]),
      ...(Number(lockMs) === wanted.lockTimeoutMs ? [] : [`lock_timeout is ${String(lockMs)} ms`]),
      ...(readOnly === "on" ? [] : ["transactions are not read-only"]),
    ],
  };
}
