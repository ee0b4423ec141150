/** What the guides on writing speak of: commands of this very API, by the examples that its contracts show. */

import type { Contract } from "#contract/contract.ts";
import { days } from "#contract/openapi/headers.ts";
import { type CommandOperation, maxBatchItems, operationsOf } from "#contract/operations.ts";
import { type ReceiptsKept, receiptsKept } from "#contract/receipts-kept.ts";

export type WriteWords = Readonly<Record<string, string>>;

/** Nothing where there is nothing to write. */
export function writeWords(contracts: readonly Contract[], kept: ReceiptsKept = receiptsKept): WriteWords {
  const commands = contracts.flatMap(commandsOf);
  if (commands.length === 0) return {};
  const [create] = commands.filter(({ as, promise }) => as === "create" && promise.answers === undefined && promise.example !== undefined);
  const [staged] = commands.filter(({ promise }) => promise.answers === "operation" && promise.example !== undefined);
  const batch = contracts.find((contract) => contract.batch);
  const [refusal] = Object.entries(create?.contract.refusals ?? {});
  return {
    writes: "writes",
    answersKept: days(kept.bodyDays),
    keysKept: days(kept.tombstoneDays),
    ...(create !== undefined && createWords(create)),
    ...(staged !== undefined && stagedWords(staged)),
    ...(batch !== undefined && batchWords(batch)),
    ...(refusal !== undefined && { refusal: refusal[0], refusalMeaning: refusal[1] }),
  };
}

function commandsOf(contract: Contract): readonly CommandOperation[] {
  return operationsOf(contract).filter((operation) => operation.kind === "command");
}

function createWords(create: CommandOperation): WriteWords {
  const { contract, promise, scope } = create;
  return {
    create: contract.name,
    createOne: contract.singular.replaceAll("_", " "),
    createPath: create.path,
    createScope: scope,
    createBody: inShell(promise.example),
  };
}

function batchWords(contract: Contract): WriteWords {
  const shown = commandsOf(contract).filter(({ promise }) => promise.example !== undefined);
  const one = shown.find(({ as }) => as === "create") ?? shown[0];
  return {
    batch: contract.name,
    batchPath: `/v1/${contract.name}/batch`,
    batchMax: String(maxBatchItems),
    ...(one !== undefined && { batchItem: membersOf(one) }),
  };
}

/** Members of an item but for its key, as they stand in JSON. */
function membersOf({ command, as, promise, contract }: CommandOperation): string {
  const subject = as === "create" ? {} : { id: contract.example?.["id"] ?? "...", if_match: "*" };
  return JSON.stringify({ command, ...subject, body: promise.example }).slice(1, -1);
}

function stagedWords({ contract, path, promise, id }: CommandOperation): WriteWords {
  return {
    staged: contract.name,
    stagedPath: path,
    stagedBody: inShell(promise.example),
    stagedCommand: id,
  };
}

/** JSON for a text in single quotes, on lines of their own below an option. */
function inShell(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll("'", "\\u0027").replaceAll("\n", "\n  ");
}
