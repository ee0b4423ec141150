/** What a draft of one resource consists of, before it is written as files: certain things, guesses and questions. */

import type { StoredForm } from "./guess/dates.ts";
import type { Withheld } from "./guess/private.ts";

/** A stored value as code writes it. */
export type Literal = string | number;

export type Conversion =
  | { readonly kind: "text"; readonly nullWhen: readonly Literal[]; readonly pad?: number; readonly encoding?: "utf-8" | "latin1" }
  | { readonly kind: "date"; readonly stored: StoredForm | { readonly kind: "native" }; readonly nullWhen: readonly Literal[] }
  /** `zone`: the database knows it; else the ERP's wall clock, which people have to name. */
  | {
      readonly kind: "dateTime";
      readonly time?: string;
      readonly form: "yyyymmdd" | "cyymmdd" | "native";
      readonly nullWhen: readonly Literal[];
      readonly zone?: "UTC";
    }
  | { readonly kind: "money"; readonly currency: string; readonly scale?: number; readonly places?: number }
  | { readonly kind: "decimal"; readonly scale?: number; readonly places?: number }
  | { readonly kind: "integer" }
  | { readonly kind: "flag"; readonly values?: { readonly true: readonly Literal[]; readonly false: readonly Literal[] } }
  | { readonly kind: "code"; readonly codes: readonly Code[] }
  | { readonly kind: "ref"; readonly resource: string; readonly nullWhen: readonly Literal[] };

export interface Code {
  readonly code: string;
  /** Rows that hold it, of those looked at. */
  readonly rows: number;
  /** What a code table of the ERP calls it, as a public word. */
  readonly word: string | undefined;
}

export interface DraftField {
  readonly name: string;
  readonly table: string;
  readonly column: string;
  readonly conversion: Conversion;
  readonly nullable: boolean;
  /** The column's own value, for whoever refuses the guess; undefined where there is none to show. */
  readonly asItIs: { readonly conversion: Conversion; readonly nullable: boolean } | undefined;
  /** Why it is guessed so; undefined where the catalogue says it. */
  readonly guess: string | undefined;
  /** What is worth knowing beside it. */
  readonly remark?: string;
}

export interface WhereClause {
  readonly column: string;
  /** `which`: people have to choose among the values. */
  readonly condition:
    | { readonly kind: "equal"; readonly value: Literal | null }
    | { readonly kind: "not"; readonly values: readonly Literal[] }
    | { readonly kind: "which"; readonly among: readonly { readonly value: string; readonly share: string }[] };
  readonly guess: string;
}

export interface DraftLines {
  readonly name: string;
  readonly table: string;
  readonly alsoIn: readonly string[];
  readonly on: readonly (readonly [child: string, parent: string])[];
  readonly fields: readonly DraftField[];
  readonly where: readonly WhereClause[];
  readonly sort: readonly string[];
  readonly guess: string;
}

export interface LeftOut {
  readonly table: string;
  readonly column: string;
  readonly why: Withheld | "unreadable" | "no-conversion" | "fixed" | "empty";
  readonly reason: string;
}

export interface AccountCandidate {
  /** A column, or `alias.COLUMN` of a join. */
  readonly column: string;
  readonly evidence: string;
  /** Blank in some rows, which then are nobody's or everyone's. */
  readonly blank: boolean;
}

export interface DraftJoin {
  readonly alias: string;
  readonly table: string;
  readonly alsoIn: readonly string[];
  readonly on: readonly (readonly [theirs: string, ours: string])[];
}

export type KeyDraft =
  | { readonly kind: "known"; readonly columns: readonly string[] }
  | { readonly kind: "open"; readonly candidates: readonly { readonly columns: readonly string[]; readonly evidence: string }[] };

export interface TableDraft {
  readonly table: string;
  readonly comment: string;
  readonly resource: string;
  readonly singular: string;
  readonly rowsLookedAt: number;
  readonly allRows: boolean;
  readonly key: KeyDraft;
  readonly accounts: readonly AccountCandidate[];
  readonly joins: readonly DraftJoin[];
  readonly alsoIn: readonly string[];
  readonly where: readonly WhereClause[];
  readonly fields: readonly DraftField[];
  readonly lines: readonly DraftLines[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly string[];
  /** Paths of fields that an index serves, and those that none does. */
  readonly filters: readonly string[];
  readonly sorts: readonly string[];
  readonly unserved: readonly string[];
}

/** A column's codes as row types know them, by table and column. */
export type KnownCodes = ReadonlyMap<string, ReadonlyMap<string, readonly Literal[]>>;

/** What introspection found: drafts, and what it could not do. */
export interface Findings {
  readonly drafts: readonly TableDraft[];
  /** Tables that stand beside the drafts: their lines, archives and joins. */
  readonly related: readonly string[];
  readonly codes: KnownCodes;
  readonly failures: readonly { readonly table: string; readonly reason: string }[];
}
