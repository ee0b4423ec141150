/** The operations that contracts promise, as the edge routes them and documents name them. */

import { type CommandKind, type CommandPromise, commandKind } from "./command.ts";
import type { Contract } from "./contract.ts";
import {
  type AccountOperation,
  accountOperations,
  type EndpointOperation,
  type EventsOperation,
  endpointOperations,
  eventsOperations,
  type StatusOperation,
  statusOperation,
} from "./own-operations.ts";

interface OperationBase {
  /** Unique and stable: the name of the method in SDKs. */
  readonly id: string;
  /** Path template, `/v1/orders/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly contract: Contract;
}

export interface ReadOperation extends OperationBase {
  readonly kind: "list" | "get";
  readonly method: "GET";
  readonly scope: string;
  /** In units of the caller's limits. */
  readonly cost: number;
}

export interface CommandOperation extends OperationBase {
  readonly kind: "command";
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly scope: string;
  readonly cost: number;
  readonly command: string;
  readonly promise: CommandPromise;
  readonly as: CommandKind;
}

/** Up to 100 commands of a contract in one request; each needs the scope of its own. */
export interface BatchOperation extends OperationBase {
  readonly kind: "batch";
  readonly method: "POST";
  readonly commands: Readonly<Record<string, CommandOperation>>;
}

/** Operations that a contract promises. */
export type ContractOperation = ReadOperation | CommandOperation | BatchOperation;

export type Operation = ContractOperation | StatusOperation | AccountOperation | EventsOperation | EndpointOperation;

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** The name of a contract's schema in documents and SDKs: `Order`. */
export function schemaName(contract: Contract): string {
  return pascal(contract.singular);
}

export function operationsOf(contract: Contract): readonly ContractOperation[] {
  const { name, singular, reads } = contract;
  const operations: ContractOperation[] = [];
  if (reads.list !== undefined) {
    operations.push({
      id: `list${pascal(name)}`,
      kind: "list",
      method: "GET",
      path: `/v1/${name}`,
      scope: reads.list.scope,
      cost: reads.list.cost ?? 1,
      summary: `List ${words(name)}`,
      contract,
    });
  }
  if (reads.get !== undefined) {
    operations.push({
      id: `get${pascal(singular)}`,
      kind: "get",
      method: "GET",
      path: `/v1/${name}/{id}`,
      scope: reads.get.scope,
      cost: reads.get.cost ?? 1,
      summary: `Get ${one(contract)}`,
      contract,
    });
  }
  const commands = Object.entries(contract.commands).map(([command, promise]) => commandOperation(contract, command, promise));
  operations.push(...commands);
  if (contract.batch) {
    operations.push({
      id: `batch${pascal(name)}`,
      kind: "batch",
      method: "POST",
      path: `/v1/${name}/batch`,
      summary: `Send up to ${maxBatchItems} commands on ${words(name)}`,
      contract,
      commands: Object.fromEntries(commands.map((operation) => [operation.command, operation])),
    });
  }
  return operations;
}

export const maxBatchItems = 100;

function one({ singular }: Contract): string {
  return `${/^[aeiou]/.test(singular) ? "an" : "a"} ${words(singular)}`;
}

function commandOperation(contract: Contract, command: string, promise: CommandPromise): CommandOperation {
  const as = commandKind(promise);
  const { name } = contract;
  const verb = words(command).replace(/^./, (first) => first.toUpperCase());
  return {
    id: `${command.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}${pascal(contract.singular)}`,
    kind: "command",
    method: as === "update" ? "PATCH" : as === "delete" ? "DELETE" : "POST",
    path: as === "create" ? `/v1/${name}` : as === "action" ? `/v1/${name}/{id}/${command}` : `/v1/${name}/{id}`,
    scope: promise.scope,
    cost: promise.cost ?? 1,
    summary: promise.summary ?? `${verb} ${one(contract)}`,
    contract,
    command,
    promise,
    as,
  };
}

/** Every operation of a gateway with these contracts. */
export function allOperations(contracts: readonly Contract[]): readonly Operation[] {
  const writes = contracts.some((contract) => Object.keys(contract.commands).length > 0);
  return [
    ...contracts.flatMap(operationsOf),
    ...(writes ? [statusOperation] : []),
    ...accountOperations,
    ...(hasEvents(contracts) ? [...eventsOperations, ...endpointOperations] : []),
  ];
}

/** Whether there is anything to be told of. */
export function hasEvents(contracts: readonly Contract[]): boolean {
  return contracts.some(({ events }) => Object.keys(events).length > 0);
}

/** The operations that read. */
export function readsOf(contract: Contract): readonly ReadOperation[] {
  return operationsOf(contract).filter((operation): operation is ReadOperation => operation.kind === "list" || operation.kind === "get");
}
