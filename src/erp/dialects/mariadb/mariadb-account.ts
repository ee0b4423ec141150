/** Asks a MariaDB or MySQL what the gateway's account may do there, and whether the limits of its session are in force. */

import { type ErpAccount, some, type WantedLimits } from "../account.ts";
import type { ErpDatabase } from "../dialect.ts";

/** MariaDB counts the longest run of a statement in seconds, MySQL in milliseconds under another name. */
const limits = `
SHOW SESSION VARIABLES WHERE Variable_name IN ('max_statement_time', 'max_execution_time', 'tx_read_only', 'transaction_read_only')`;

/** Privileges by which nothing changes; every other one does. */
const harmless = new Set(["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "EXECUTE", "REPLICATION CLIENT", "BINLOG MONITOR", "SLAVE MONITOR"]);

export async function mariadbAccount(database: ErpDatabase, wanted: WantedLimits): Promise<ErpAccount> {
  const [[user, version] = []] = await database.query({ text: "SELECT CURRENT_USER(), VERSION()", values: [] });
  const variables = new Map((await database.query({ text: limits, values: [] })).map(([name, value]) => [String(name), String(value)]));
  const grants = (await database.query({ text: "SHOW GRANTS", values: [] })).map(([grant]) => String(grant));
  const privileges = [...new Set(grants.flatMap(privilegesOf))].filter((privilege) => !harmless.has(privilege)).sort();

  const seconds = variables.get("max_statement_time");
  const statementMs = seconds === undefined ? Number(variables.get("max_execution_time")) : Number(seconds) * 1000;
  const readOnly = variables.get("transaction_read_only") ?? variables.get("tx_read_only");
  return {
    server: `${String(version).includes("MariaDB") ? "MariaDB" : "MySQL"} ${String(version).replace(/-.*$/, "")}`,
    user: String(user),
    mayWrite: privileges.length > 0 ? [`holds ${some(privileges)}`] : [],
    limitsMissing: [
      ...(statementMs === wanted.statementTimeoutMs ? [] : ["this server does not end a statement that runs too long"]),
      ...(readOnly === "ON" || readOnly === "1" ? [] : ["transactions are not read-only"]),
    ],
  };
}

/** `GRANT SELECT (a, b), INSERT ON x TO y`: SELECT and INSERT. A grant of a role names none. */
function privilegesOf(grant: string): readonly string[] {
  const [, list] = /^GRANT (.+?) ON /.exec(grant) ?? [];
  const privileges = (list ?? "")
    .replaceAll(/\([^)]*\)/g, "")
    .split(",")
    .map((privilege) => privilege.trim())
    .filter(Boolean);
  return / WITH GRANT OPTION/.test(grant) ? [...privileges, "GRANT OPTION"] : privileges;
}
