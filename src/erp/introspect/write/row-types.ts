/** `erp/tables.ts`: row types from the catalogue, and the codes that were found; what people added to it stays. */

import type { TableFacts } from "../../dialects/schema-reader.ts";
import type { KnownCodes, Literal } from "../draft.ts";
import { literal, property } from "./text.ts";

export interface RowTypesFile {
  /** All that stands before the interface. */
  readonly head: string;
  readonly name: string;
  /** Types as written, by table and column. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads a file that has the form this one writes; undefined where people made something else of it. */
export function parseRowTypes(text: string): RowTypesFile | undefined {
  const found = /^([\s\S]*?)export interface (\w+) \{\n([\s\S]*)\n\}\n*$/.exec(text);
  if (found === null) return undefined;
  const [, head = "", name = "", body = ""] = found;
  const tables = new Map<string, ReadonlyMap<string, string>>();
  const block = /^ {2}("(?:[^"\\]|\\.)+"|[\w$]+): \{\n([\s\S]*?)^ {2}\};\n?/gm;
  let rest = `${body}\n`;
  for (const [whole, table = "", columns = ""] of rest.matchAll(block)) {
    const types = new Map<string, string>();
    const left = columns.replaceAll(/^ {4}("(?:[^"\\]|\\.)+"|[\w$]+):\s([^;]+);\n/gm, (_, column: string, type: string) => {
      types.set(
        unquoted(column),
        type
          .replaceAll(/\s+/g, " ")
          .replace(/^ ?\| /, "")
          .trim(),
      );
      return "";
    });
    if (left.trim() !== "") return undefined;
    tables.set(unquoted(table), types);
    rest = rest.replace(whole, "");
  }
  return rest.trim() === "" ? { head, name, tables } : undefined;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? String(JSON.parse(name)) : name;
}

const defaultHead = `/** Row types of the ERP's tables, as the driver gives them. Written by \`sluice introspect\`, which keeps unions of codes as they are edited. */

// Whole numbers that fit are numbers; BIGINT and DECIMAL are strings, so that no digit is lost; dates are strings, too. A column
// whose codes are a closed set is a union of them, without trailing spaces: the compiler then asks for a public word of each.

`;

export interface RowTypesOptions {
  readonly existing: RowTypesFile | undefined;
  /** Name of the interface, where the file is new. */
  readonly name: string;
  readonly catalogue: ReadonlyMap<string, TableFacts>;
  /** Tables to write, besides those the file has. */
  readonly tables: readonly string[];
  readonly codes: KnownCodes;
}

/** Tables and views by name, then functions. A table that the catalogue does not show stays as it was. */
export function rowTypes({ existing, name, catalogue, tables, codes }: RowTypesOptions): string {
  const wanted = new Set([...(existing?.tables.keys() ?? []), ...tables]);
  const last = (table: string): number => (catalogue.get(table)?.kind === "function" ? 1 : 0);
  const ordered = [...wanted].sort((a, b) => last(a) - last(b) || (a < b ? -1 : 1));
  const blocks = ordered.map((table) => {
    const facts = catalogue.get(table);
    const before = existing?.tables.get(table);
    const columns =
      facts === undefined
        ? [...(before ?? [])].map(([column, type]) => [column, type] as const)
        : facts.columns.map((column) => [column.name, typeOf(column, before?.get(column.name), codes.get(table)?.get(column.name))] as const);
    return [`  ${property(table)}: {`, ...columns.map(([column, type]) => `    ${property(column)}: ${type};`), "  };"].join("\n");
  });
  return `${existing?.head ?? defaultHead}export interface ${existing?.name ?? name} {\n${blocks.join("\n")}\n}\n`;
}

const union = /^(?:"(?:[^"\\]|\\.)*"|-?\d+)(?: \| (?:"(?:[^"\\]|\\.)*"|-?\d+))*$/;

/** A union that stands there is knowledge: of codes that no row holds yet, or no more. */
function typeOf({ rowType, nullable }: TableFacts["columns"][number], before: string | undefined, found: readonly Literal[] | undefined): string {
  const plain = (before ?? "").replace(/ \| null$/, "");
  const closed = union.test(plain) ? plain : found !== undefined && found.length > 0 && rowType === "string" ? found.map(literal).join(" | ") : rowType;
  return nullable ? `${closed} | null` : closed;
}
