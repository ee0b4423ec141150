/** Picks tables in the terminal, and asks what partners call their rows. */
import { autocompleteMultiselect, text } from "@clack/prompts";
import { resourceName, type TableFacts } from "#gateway";
import { answered, snakeCase } from "./prompts.ts";

export type Wanted = readonly { readonly table: string; readonly resource?: string }[];

export async function chooseTables(catalogue: ReadonlyMap<string, TableFacts>, existing: ReadonlyMap<string, string>): Promise<Wanted> {
  const options = [...catalogue.values()]
    .filter(({ kind, readable }) => kind !== "function" && readable)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, comment, estimatedRows }) => {
      const rows = estimatedRows === undefined ? "" : `about ${estimatedRows.toLocaleString("en-US")} rows`;
      const hint = [comment, rows, existing.has(name) ? `already ${existing.get(name)}` : ""].filter((part) => part !== "").join(", ");
      return { value: name, label: name, ...(hint !== "" && { hint }) };
    });
  const tables = answered(
    await autocompleteMultiselect({
      message: "Which tables become resources? Type to search, Tab or Space to pick. None: row types only.",
      options,
      maxItems: 12,
    }),
  );
  const wanted: { table: string; resource?: string }[] = [];
  for (const table of tables) {
    const resource = answered(
      await text({
        message: `What do partners call the rows of ${table}? A plural in snake_case.`,
        placeholder: `Enter: ${resourceName(table, catalogue.get(table)?.comment ?? "")}`,
        validate: (value) => (value === undefined || value === "" || snakeCase.test(value) ? undefined : "Lower-case letters, digits and _ only."),
      }),
    );
    wanted.push({ table, ...(resource !== undefined && resource !== "" && { resource }) });
  }
  return wanted;
}
