/** What the pipeline needs from the ERP side, declared here and implemented under `erp`. */

import type { ListQuery, Position } from "#contract/list-query.ts";

export interface ResourceAccess {
  list(
    accounts: readonly string[],
    query: ListQuery,
    after: Position | null,
  ): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly next: Position | null }>;
  get(
    accounts: readonly string[],
    id: string,
    fields: readonly string[],
  ): Promise<{ readonly item: Record<string, unknown>; readonly tag: string } | undefined>;
}
