/** What was seen of a table, what stands around it, and what is judged of it. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import type { DraftField, LeftOut, Literal, WhereClause } from "./draft.ts";
import type { StoredForm } from "./guess/dates.ts";
import type { Values } from "./values.ts";

/** A column that was found to hold the key of another table. */
export interface Reference {
  readonly table: string;
  readonly target: string;
  readonly evidence: string;
  /** Whether a foreign key says so. */
  readonly declared: boolean;
}

export interface Seen {
  readonly table: TableFacts;
  readonly rows: number;
  readonly whole: boolean;
  readonly values: ReadonlyMap<string, Values>;
  readonly references: ReadonlyMap<string, Reference>;
  /** Public words of codes by column, from a code table of the ERP. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface Surroundings {
  readonly companyColumns: ReadonlySet<string>;
  /** The columns of the key, the company aside. */
  readonly key: readonly string[];
  /** Columns that say nothing new: the key that becomes the id, a child's tie to its parent. */
  readonly without: ReadonlySet<string>;
  /** Resources by table, those of the project and of this run. */
  readonly resources: ReadonlyMap<string, string>;
  /** Forms of dates elsewhere: by the name of the column, and the most common one. For columns that hold only zeros. */
  readonly dateForms: { readonly byName: ReadonlyMap<string, StoredForm>; readonly common: readonly StoredForm[] };
  /** Child rows, whose amounts have the currency of what they belong to. */
  readonly child: boolean;
  /** Columns of several tables' composite keys: their values are no codes. */
  readonly keyParts: ReadonlySet<string>;
  /** A currency of another table, joined one to one, where this table has none. */
  readonly joinedCurrency: string | undefined;
}

export interface Judged {
  readonly fields: readonly DraftField[];
  readonly where: readonly WhereClause[];
  readonly leftOut: readonly LeftOut[];
  /** Codes that row types can name: text columns of a closed set. */
  readonly codes: ReadonlyMap<string, readonly Literal[]>;
  /** Forms of the dates found, by column. */
  readonly dateForms: ReadonlyMap<string, StoredForm>;
}
