/** Whether an endpoint may be sent anything now: what waits for one that may not is held. */
import { type RawBuilder, type SqlBool, sql } from "kysely";

/** Of a row of `webhook_endpoints` by its alias. A suspended partner is sent nothing, as it is answered nothing. */
export function mayBeSent(alias: string): RawBuilder<SqlBool> {
  const endpoint = sql.id(alias);
  return sql`(${endpoint}.state = 'active' AND ${endpoint}.deleted_at IS NULL
    AND NOT EXISTS (SELECT FROM sluice.partners WHERE partners.id = ${endpoint}.partner AND partners.suspended_at IS NOT NULL))`;
}
