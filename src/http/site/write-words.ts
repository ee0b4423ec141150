/** What the guides on writing speak of: commands of this very API, by the examples that its contracts show. */

import { commandKind } from "#contract/command.ts";
import type { Contract } from "#contract/contract.ts";
import { type CommandOperation, maxBatchItems, operationsOf } from "#contract/operations.ts";
import { type ReceiptsKept, receiptsKept } from "#contract/receipts-kept.ts";

export type WriteWords = Readonly<Record<string, string>>;

/** Nothing where there is nothing to write. */
export function writeWords(contracts: readonly Contract[], kept: ReceiptsKept = receiptsKept): WriteWords {
  const commands = contracts.flatMap(commandsOf);
  if (commands.length === 0) return {};
  const [create] = commands.filter(({ as, promise }) => as === "create" && promise.answers === undefined && promise.example !== undefined);
  const [staged] = commands.filter(({ promise }) => promise.answers === "operation" && promise.example !== undefined);
  const [refusal] = Object.entries(create?.contract.refusals ?? {});
  return {
    writes: "writes",
    answersKept: days(kept.bodyDays),
    keysKept: days(kept.tombstoneDays),
    ...(create !== undefined && createWords(create)),
    ...(staged !== undefined && stagedWords(staged)),
    ...(refusal !== undefined && { refusal: refusal[0], refusalMeaning: refusal[1] }),
  };
}

function commandsOf(contract: Contract): readonly CommandOperation[] {
  return operationsOf(contract).filter((operation) => operation.kind === "command");
}

function createWords(create: CommandOperation): WriteWords {
  const { contract, promise, scope } = create;
  const [member] = Object.keys(promise.example ?? {});
  return {
    create: contract.name,
    createOne: contract.singular.replaceAll("_", " "),
    createPath: create.path,
    createScope: scope,
    createBody: inShell(promise.example),
    ...(member !== undefined && { createMember: member }),
    ...(contract.reads.get !== undefined && { createRead: contract.reads.get.scope }),
    ...(contract.batch && batchWords(create)),
  };
}

/** A batch of the command twice: whoever sends one has many. */
function batchWords({ contract, command, promise }: CommandOperation): WriteWords {
  const item = { command, idempotency_key: "", body: promise.example };
  const action = commandsOf(contract).find(({ as }) => as !== "create");
  return {
    batch: contract.name,
    batchPath: `/v1/${contract.name}/batch`,
    batchMax: String(maxBatchItems),
    batchCommand: command,
    batchItem: JSON.stringify(item.body),
    ...(action !== undefined && { batchOther: action.command }),
  };
}

function stagedWords({ contract, path, promise, id, scope }: CommandOperation): WriteWords {
  return {
    staged: contract.name,
    stagedOne: contract.singular.replaceAll("_", " "),
    stagedPath: path,
    stagedBody: inShell(promise.example),
    stagedCommand: id,
    stagedScope: scope,
  };
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

/** JSON for a text in single quotes. */
function inShell(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll("'", "\\u0027");
}
