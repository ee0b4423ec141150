/** What is told of endpoints that fail or are resumed, to who records it in the same transaction. */
import { sql } from "kysely";
import type { TellOfEndpoint, ToldEndpoint } from "#events/delivery-records.ts";
import type { Store } from "./connect.ts";
import { recordEvents } from "./event-recorder.ts";

export async function tellOf(transaction: Store, tell: TellOfEndpoint | undefined, told: ToldEndpoint["told"], endpoints: readonly string[]): Promise<void> {
  if (tell === undefined || endpoints.length === 0) return;
  // By partner, in the order in which whoever records events locks their numbers.
  const { rows } = await sql<Row>`
    SELECT id, partner, environment, url, description, state, state_reason, failing_since FROM sluice.webhook_endpoints
    WHERE id = ANY (${[...endpoints]}::text[]) AND deleted_at IS NULL ORDER BY partner, environment, id`.execute(transaction);
  for (const { state_reason: reason, failing_since: since, ...row } of rows)
    await tell({ record: (...asked) => recordEvents(transaction, ...asked) }, { ...row, told, stateReason: reason, failingSince: since?.getTime() ?? null });
}

interface Row {
  readonly id: string;
  readonly partner: string;
  readonly environment: "live" | "test";
  readonly url: string;
  readonly description: string | null;
  readonly state: "active" | "suspended" | "disabled";
  readonly state_reason: string | null;
  readonly failing_since: Date | null;
}
