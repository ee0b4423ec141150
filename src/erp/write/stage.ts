/** Commands that the ERP takes up later: a row in its import table, and an operation that ends when the ERP has dealt with it. */

import type { CommandCall } from "#contract/command-call.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import { type ErpValue, join, name, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, Dialect, ErpDatabase, Statement, WriteTransaction } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { physicalName } from "../read/relation.ts";
import type { Given, StageCommand } from "./command.ts";
import { insertedRow } from "./inserted-row.ts";
import { type OperationEnd, operationTable, type StoredOperation } from "./operation-table.ts";
import { refusalOf } from "./refusals.ts";

/** Writes the row; answers the statement that notes its operation in the same transaction. */
export async function stageRow(
  { resource, dialect, catalog }: { readonly resource: BoundResource; readonly dialect: Dialect; readonly catalog: Catalog },
  transaction: WriteTransaction,
  command: StageCommand,
  call: CommandCall,
  given: Given,
): Promise<readonly Statement[]> {
  const values = Object.entries(command.row(given, call.input as never)); // `bind` has checked its type
  const row = Object.fromEntries(values.filter((entry): entry is [string, ErpValue] => entry[1] !== undefined));
  const [staged] = await insertedRow({ source: resource.source, dialect, transaction, catalog }, command.table, row, [command.key]);
  if (staged === undefined || staged === null) throw new Error(`${resource.contract.name}: the staged row has no ${command.key}`);
  const createdAt = given.now.getTime();
  return [
    operationTable(resource.source, dialect).insert({
      keyHash: call.keyHash,
      partner: call.partner,
      resource: resource.contract.name,
      command: call.command,
      stagedKey: String(staged),
      deadline: createdAt + command.timeoutMinutes * 60_000,
      createdAt,
    }),
  ];
}

/** How an operation has ended, as far as the staged row tells; undefined while it waits. */
export async function stagedEnd(
  { resource, dialect, now }: { readonly resource: BoundResource; readonly dialect: Dialect; readonly now: number },
  database: Pick<ErpDatabase, "query">,
  operation: StoredOperation,
): Promise<{ readonly state: OperationEnd; readonly result: Pick<StoredOperation, "made" | "refusal"> } | undefined> {
  const { contract, binding, source } = resource;
  const command = binding.commands[operation.command];
  if (command === undefined || typeof command === "function" || command.kind !== "stage") return undefined;
  const columns = join(
    command.watch.map((column) => name(column)),
    ", ",
  );
  const rows = await database.query(
    write(sql`SELECT ${columns} FROM ${tableOf(resource, command.table)} WHERE ${name(command.key)} = ${operation.stagedKey}`, dialect),
  );
  const [row] = rows;
  const late = now >= operation.deadline;
  // The ERP has taken the row away without a word, or has not looked at it for too long: a person has to.
  if (row === undefined) return late ? { state: "dead_letter", result: { made: undefined, refusal: undefined } } : undefined;
  const state = command.state(Object.fromEntries(command.watch.map((column, index) => [column, row[index]])));
  if (state.kind === "waiting") return late ? { state: "dead_letter", result: { made: undefined, refusal: undefined } } : undefined;
  if (state.kind === "refused") {
    const refusal = refusalOf(binding.refusals, { status: state.code });
    const code = refusal?.code ?? "refused";
    return { state: "failed", result: { made: undefined, refusal: { code, detail: contract.refusals[code] ?? "The system behind this API refused it." } } };
  }
  const { key } = state;
  const values = key === undefined ? undefined : typeof key === "object" ? binding.key.map((column) => key[column]) : [key];
  const made = values === undefined ? undefined : `/v1/${contract.name}/${encodeURIComponent(encodeId(values))}`;
  return { state: "succeeded", result: { made, refusal: undefined } };

  function tableOf({ source: { schema } }: BoundResource, table: string): Sql {
    const physical = physicalName(source, table);
    return schema === undefined ? name(physical) : name(schema, physical);
  }
}
