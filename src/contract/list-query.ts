/** A list request after parsing: names are the contract's, values are validated texts. */

import type { FilterOperator } from "./contract.ts";

/** How many things a page holds. */
export const pageLimit = { default: 50, max: 200 } as const;

export interface Filter {
  readonly path: string;
  readonly operator: FilterOperator;
  /** Several for `eq` only: any of them matches. */
  readonly values: readonly string[];
}

export interface Sort {
  readonly path: string;
  readonly descending: boolean;
}

export interface ListQuery {
  readonly filters: readonly Filter[];
  readonly sort: readonly Sort[];
  readonly limit: number;
  /** Top-level fields to answer with, child rows among them only when they are to be read. */
  readonly fields: readonly string[];
}

/** The position after a row: its raw sort and key columns. */
export type Position = readonly (string | number | boolean | null)[];
