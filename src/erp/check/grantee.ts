/** How the role or user that is granted something is written. */

import type { DialectName } from "../binding/source.ts";
import { dialects } from "../dialects/dialects.ts";

/** A placeholder without a name. MariaDB takes `name@host`, too; `name` alone is a role where there is one of that name, else the user at any host. */
export function granteeSql(dialect: DialectName, role: string | undefined): string {
  if (dialect === "postgres") return role === undefined ? "<role>" : dialects.postgres.quote(role);
  if (role === undefined) return "<user>";
  const at = role.lastIndexOf("@");
  return at < 0 ? text(role) : `${text(role.slice(0, at))}@${text(role.slice(at + 1))}`;
}

function text(part: string): string {
  return `'${part.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
