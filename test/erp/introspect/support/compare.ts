/** Measures drafts against bindings made by hand: both read the same rows, and what they read is compared. */

import type { AccountRule } from "#erp/binding/account.ts";
import type { AnyConversion, ChildRows } from "#erp/binding/conversion.ts";
import type { TableDraft } from "#erp/introspect/draft.ts";
import type { GatewayDefinition } from "#gateway";

export type Verdict = "right" | "wrong" | "withheld" | "not at all";

export interface Judgement {
  readonly table: string;
  readonly what: string;
  readonly verdict: Verdict;
  readonly why: string;
}

/** Rows of a table's columns, as the driver gives them. */
export type ReadRows = (table: string, columns: readonly string[]) => Promise<readonly (readonly unknown[])[]>;

interface Side {
  readonly conversion: AnyConversion;
  readonly columns: readonly string[];
}

const nothing = (): void => undefined;

/** Judges what the hand-written resources bind of the drafted tables. */
export async function compare(
  drafts: readonly TableDraft[],
  drafted: GatewayDefinition,
  truth: GatewayDefinition,
  readRows: ReadRows,
): Promise<readonly Judgement[]> {
  const judgements: Judgement[] = [];
  const truthTables = tablesByResource(truth);
  const draftTables = tablesByResource(drafted);
  for (const draft of drafts) {
    const mine = drafted.resources.find(({ contract }) => contract.name === draft.resource);
    if (mine === undefined) throw new Error(`${draft.resource} is not among the drafts`);
    const ours = leaves(mine.binding.fields);
    const judge = (what: string, verdict: Verdict, why = ""): number => judgements.push({ table: draft.table, what, verdict, why });
    const judgeFields = async (theirs: ReadonlyMap<string, AnyConversion>): Promise<void> => {
      for (const [name, conversion] of theirs) {
        const verdict = await judgeField(draft, ours, { name, conversion }, { truthTables, draftTables, readRows });
        judgements.push({
          table: draft.table,
          what: `${name} (${conversion.columns.map((column) => (typeof column === "string" ? column : "expression")).join(", ")})`,
          ...verdict,
        });
      }
    };
    for (const resource of truth.resources) {
      const { binding } = resource;
      if (binding.table === draft.table) {
        judge(
          "key",
          [...mine.binding.key].sort().join() === [...binding.key].sort().join() ? "right" : "wrong",
          `${binding.key.join(" ")}, drafted ${mine.binding.key.join(" ")}`,
        );
        judge("account", ...accountVerdict(draft, binding.account));
        for (const [column] of Object.entries(binding.where)) {
          if (column.includes(".")) judge(`where ${column}`, "not at all", "a condition on a joined table");
          else judge(`where ${column}`, draft.where.some((clause) => clause.column === column) ? "right" : "not at all", "which rows are this resource's");
        }
        for (const archive of binding.alsoIn) judge(`archive ${archive}`, draft.alsoIn.includes(archive) ? "right" : "not at all");
        await judgeFields(leaves(binding.fields));
        for (const [name, children] of childFields(binding.fields)) judge(`child rows ${name} (${children.table})`, ...linesVerdict(draft, children));
      }
      for (const [name, children] of childFields(binding.fields))
        if (children.table === draft.table) await judgeFields(prefixed(name, leaves(children.fields)));
    }
  }
  return judgements;
}

function tablesByResource({ resources }: GatewayDefinition): ReadonlyMap<string, string> {
  return new Map(resources.map(({ contract, binding }) => [contract.name, binding.table]));
}

function prefixed(name: string, fields: ReadonlyMap<string, AnyConversion>): ReadonlyMap<string, AnyConversion> {
  return new Map([...fields].map(([field, conversion]) => [`${name}.${field}`, conversion]));
}

/** Fields, members of groups in their place; child rows aside. */
function leaves(fields: Readonly<Record<string, AnyConversion>>): ReadonlyMap<string, AnyConversion> {
  return new Map(
    Object.entries(fields).flatMap(([name, conversion]): (readonly [string, AnyConversion])[] => {
      if (conversion.children !== undefined) return [];
      if (conversion.kind !== "group") return [[name, conversion]];
      return Object.entries(conversion.parts ?? {}).map(([member, part]) => [`${name}.${member}`, part.conversion]);
    }),
  );
}

function childFields(fields: Readonly<Record<string, AnyConversion>>): readonly (readonly [string, ChildRows])[] {
  return Object.entries(fields).flatMap(([name, { children }]) => (children === undefined ? [] : [[name, children] as const]));
}

function accountVerdict(draft: TableDraft, rule: AccountRule): [Verdict, string] {
  const proposed = draft.accounts.map(({ column }) => column);
  const wanted = typeof rule === "string" ? [rule] : rule.kind === "any-of" ? rule.rules.map(String) : rule.kind === "shared" ? [] : [rule.column];
  const right = proposed.slice(0, Math.max(1, wanted.length)).join() === wanted.join();
  return [right ? "right" : proposed.length === 0 ? "not at all" : "wrong", `${wanted.join(", ") || "shared"}, proposed ${proposed.join(", ") || "nothing"}`];
}

function linesVerdict(draft: TableDraft, { table, on, sort }: ChildRows): [Verdict, string] {
  const found = draft.lines.find((lines) => lines.table === table);
  if (found === undefined) return ["not at all", ""];
  const same = JSON.stringify([...found.on].sort()) === JSON.stringify([...on].sort()) && found.sort.join() === sort.join();
  return [same ? "right" : "wrong", `${JSON.stringify(on)} by ${sort.join()}, drafted ${JSON.stringify(found.on)} by ${found.sort.join()}`];
}

interface Around {
  readonly truthTables: ReadonlyMap<string, string>;
  readonly draftTables: ReadonlyMap<string, string>;
  readonly readRows: ReadRows;
}

async function judgeField(
  draft: TableDraft,
  ours: ReadonlyMap<string, AnyConversion>,
  theirs: { readonly name: string; readonly conversion: AnyConversion },
  around: Around,
): Promise<{ readonly verdict: Verdict; readonly why: string }> {
  const truth = plain(theirs.conversion);
  if (truth === undefined) return { verdict: "not at all", why: "from SQL expressions" };
  const [first = ""] = truth.columns;
  if (first.includes(".")) return { verdict: "not at all", why: "from a joined table" };
  const withheld = draft.leftOut.find(({ table, column, why }) => table === draft.table && column === first && why !== "fixed");
  if (withheld !== undefined) return { verdict: withheld.why === "no-conversion" ? "not at all" : "withheld", why: withheld.reason };
  const mine = [...ours.values()].map(plain).find((side) => side?.columns[0] === first);
  if (mine === undefined) return { verdict: "not at all", why: "not in the draft" };
  if ((theirs.conversion.refersTo !== undefined) !== (mine.conversion.refersTo !== undefined)) {
    return { verdict: "not at all", why: theirs.conversion.refersTo === undefined ? "drafted as a reference" : "not drafted as a reference" };
  }
  const targets = [around.truthTables.get(theirs.conversion.refersTo?.[0] ?? ""), around.draftTables.get(mine.conversion.refersTo?.[0] ?? "")];
  if (targets[0] !== targets[1]) return { verdict: "wrong", why: `a reference to ${targets[0]}, drafted to ${targets[1]}` };
  return sameOnRows(draft.table, truth, mine, around.readRows);
}

function plain(conversion: AnyConversion): Side | undefined {
  const columns = conversion.columns.filter((column): column is string => typeof column === "string");
  return columns.length === conversion.columns.length ? { conversion, columns } : undefined;
}

/** Both sides read the same rows. Words of codes may be others, yes may be no: what has to agree is which rows go together. */
async function sameOnRows(table: string, truth: Side, mine: Side, readRows: ReadRows): Promise<{ readonly verdict: Verdict; readonly why: string }> {
  const own = (side: Side): readonly string[] => side.columns.map((column) => (column.includes(".") ? "" : column));
  if ([...own(truth), ...own(mine)].includes("")) {
    // A currency of a joined table: what is compared is the amount.
    return sameOnRows(table, amountOf(truth), amountOf(mine), readRows);
  }
  const columns = [...truth.columns, ...mine.columns];
  const rows = await readRows(table, columns);
  const byWords = truth.conversion.kind === "code" || truth.conversion.kind === "flag";
  const pairs = new Map<string, string>();
  let compared = 0;
  for (const row of rows) {
    const wanted = truth.conversion.read(row, 0, nothing);
    if (wanted === undefined) continue;
    const found = mine.conversion.read(row, truth.columns.length, nothing) ?? null;
    compared += 1;
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(found)];
    const known = pairs.get(a);
    if (byWords ? known !== undefined && known !== b : a !== b) return { verdict: "wrong", why: `reads ${b} where ${a} is right` };
    pairs.set(a, b);
  }
  if (byWords && new Set(pairs.values()).size < pairs.size) return { verdict: "wrong", why: "different codes read alike" };
  return compared === 0 ? { verdict: "not at all", why: "no row to compare" } : { verdict: "right", why: `${compared} rows` };
}

function amountOf(side: Side): Side {
  const part = side.conversion.parts?.["amount"];
  return part === undefined ? side : { conversion: part.conversion, columns: side.columns.slice(0, 1) };
}

/** A table of verdicts per table, and a line for each that is not right. */
export function summary(judgements: readonly Judgement[]): readonly string[] {
  const verdicts: readonly Verdict[] = ["right", "wrong", "withheld", "not at all"];
  const tables = [...new Set(judgements.map(({ table }) => table))];
  const count = (table: string | undefined, verdict: Verdict): number =>
    judgements.filter((one) => (table === undefined || one.table === table) && one.verdict === verdict).length;
  const row = (name: string, table: string | undefined): string =>
    `${name.padEnd(20)}${verdicts.map((verdict) => String(count(table, verdict)).padStart(verdict.length + 3)).join("")}`;
  return [
    `${"".padEnd(20)}${verdicts.map((verdict) => `   ${verdict}`).join("")}`,
    ...tables.map((table) => row(table, table)),
    row("all", undefined),
    ...judgements
      .filter(({ verdict }) => verdict !== "right")
      .map(({ table, what, verdict, why }) => `${verdict}: ${table} ${what}${why === "" ? "" : `: ${why}`}`),
  ];
}
