/** Where a person looks conflicts up and decides them: in one source, in one environment. */

import { randomBytes } from "node:crypto";
import { commandKind } from "#contract/command.ts";
import type { CommandCall, CommandOutcome, Effect } from "#contract/command-call.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Dialect, ErpDatabase, WriteTransaction } from "../dialects/dialect.ts";
import { dialects } from "../dialects/dialects.ts";
import { troubleOf } from "../dialects/trouble.ts";
import { tagSalt } from "../read/entity-tag.ts";
import { resourceReader } from "../read/reader.ts";
import { physicalName, tablesOf } from "../read/relation.ts";
import { agrees } from "./agrees.ts";
import { bodySeal } from "./body-seal.ts";
import { conflictLog, conflictSalt } from "./conflict-log.ts";
import type { ConflictRecord } from "./conflict-record.ts";
import { type ConflictFilter, conflictTable } from "./conflict-table.ts";
import { type CommandRunner, commandRunner } from "./execute.ts";
import { receiptTable } from "./receipt-table.ts";

export interface ConflictDeskParts {
  readonly source: SourceDeclaration;
  /** All resources of the project: inputs may refer to any. */
  readonly resources: readonly BoundResource[];
  /** The gateway's own. */
  readonly secret: Uint8Array;
  /** Those of before: values that were sealed under them can still be read. */
  readonly previousSecrets?: readonly Uint8Array[];
  readonly database: ErpDatabase;
  readonly now: () => number;
}

export interface Decision {
  readonly by: string;
  readonly note?: string;
}

export type Decided =
  | { readonly kind: "resolved" }
  /** Somebody else has decided. */
  | { readonly kind: "already-resolved" }
  /** The ERP's value is another than when the record was made; `present` is it. */
  | { readonly kind: "moved-on"; readonly present: unknown }
  /** Why the partner's value cannot be written; nothing was changed. */
  | { readonly kind: "refused"; readonly why: string };

export interface ConflictDesk {
  /** Whether the gateway's tables are in this database; without them it asks in vain. */
  isInstalled(): Promise<boolean>;
  /** Open ones first, newest first. */
  list(filter: ConflictFilter, limit: number): Promise<readonly ConflictRecord[]>;
  find(id: string): Promise<ConflictRecord | undefined>;
  /** What stands stays. */
  keepErp(id: string, decision: Decision): Promise<Decided>;
  /** Writes the partner's value by the command that partners use, and settles the record, in one transaction. */
  takePartner(record: ConflictRecord, accounts: readonly string[], decision: Decision, force: boolean): Promise<Decided>;
}

/** Undoes a decision on its way. */
class Undecided extends Error {
  readonly decided: Decided;

  constructor(decided: Decided) {
    super(decided.kind);
    this.decided = decided;
  }
}

export function conflictDesk({ source, resources, secret, previousSecrets = [], database, now }: ConflictDeskParts): ConflictDesk {
  const dialect: Dialect = dialects[source.dialect];
  const seal = bodySeal({ current: secret, previous: previousSecrets });
  const salt = conflictSalt(secret);
  const table = conflictTable(source, dialect, seal, salt);

  const settle = (id: string, took: "partner" | "erp", { by, note }: Decision) =>
    table.resolve(id, { at: new Date(now()), took, by, ...(note !== undefined && { note }) });

  /** A runner that settles the record under the thing's lock, before the command, and so with it or not at all. */
  function runnerOf(resource: BoundResource, record: ConflictRecord, decision: Decision, force: boolean): CommandRunner {
    const readers = new Map(resources.map((each) => [each.contract.name, resourceReader(each, dialects[each.source.dialect], tagSalt(secret))]));
    const readerOf = (name: string) => readers.get(name) ?? missing(name);
    return commandRunner({
      resource,
      dialect,
      reader: readerOf(resource.contract.name),
      readerOf,
      receipts: receiptTable(source, dialect),
      conflicts: conflictLog({ resource, dialect, seal, salt, now }),
      seal,
      operationId: () => "",
      now,
      passing: () => undefined,
      counted: () => undefined,
      condition: async (transaction: WriteTransaction, { item }) => {
        const present = item[record.field] ?? null;
        if (!force && !agrees(record.erpValue, present)) throw new Undecided({ kind: "moved-on", present });
        if ((await transaction.execute(settle(record.id, "partner", decision))) === 0) throw new Undecided({ kind: "already-resolved" });
      },
    });
  }

  return {
    async isInstalled() {
      try {
        await database.query(table.find(""));
        return true;
      } catch (error) {
        if (troubleOf(error) === "drift") return false;
        throw error;
      }
    },
    list: async (filter, limit) => table.read(await database.query(table.list(filter, undefined, limit))),
    find: async (id) => table.read(await database.query(table.find(id)))[0],
    async keepErp(id, decision) {
      if (database.transact === undefined) throw new Error("this handle is for reading only");
      const changed = await database.transact(async (transaction) => {
        const count = await transaction.execute(settle(id, "erp", decision));
        await transaction.commit();
        return count;
      });
      return { kind: changed === 0 ? "already-resolved" : "resolved" };
    },
    async takePartner(record, accounts, decision, force) {
      const resource = resources.find(({ contract, source: { name } }) => contract.name === record.resource && name === source.name);
      if (resource === undefined) return { kind: "refused", why: `This project has no resource ${record.resource} at this source.` };
      if (!record.readable) return { kind: "refused", why: "The values were sealed with another SLUICE_SECRET: the partner's is not known." };
      const found = callOf(resource, record, accounts);
      if (found.kind === "refused") return found;
      const tables = [...new Set(resources.filter((each) => each.source.name === source.name).flatMap(({ binding }) => [...tablesOf(binding)]))];
      const catalog = await dialect.describe(
        database,
        source.schema,
        tables.map((each) => physicalName(source, each)),
      );
      try {
        const outcome = await runnerOf(resource, record, decision, force).run({ database, catalog, accounts, drift: () => undefined }, found.call);
        return decidedBy(outcome);
      } catch (error) {
        if (error instanceof Undecided) return error.decided;
        throw error;
      }
    },
  };
}

/** The call that writes the partner's value: by the command it came with, or the update that takes the field. */
function callOf(
  { contract }: BoundResource,
  record: ConflictRecord,
  accounts: readonly string[],
): { readonly kind: "call"; readonly call: CommandCall } | Extract<Decided, { kind: "refused" }> {
  const takes = Object.entries(contract.commands).filter(([, { on, input }]) => on === "one" && Object.hasOwn(input?.shape ?? {}, record.field));
  const [command, promise] = takes.find(([name]) => name === record.command) ?? takes.find(([, each]) => commandKind(each) === "update") ?? [];
  if (command === undefined || promise?.input === undefined)
    return { kind: "refused", why: `No command of ${contract.name} changes ${record.field} of what is there.` };
  const own = command === record.command ? record.besides : {};
  const input = promise.input.safeParse({ ...own, [record.field]: record.partnerValue });
  if (!input.success) {
    const reasons = input.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return { kind: "refused", why: `The partner's value does not fit the command ${command} by itself: ${reasons.join("; ")}.` };
  }
  const call = {
    ...{ command, id: record.thing, input: input.data, partner: record.partner, accounts, scopes: new Set<string>() },
    ...{ keyHash: randomBytes(16), fingerprint: randomBytes(32), ifMatch: { kind: "any" } as const },
    answer: (effect: Effect) => {
      // A refusal is nobody's answer here: it undoes the decision.
      if (effect.kind === "refused") throw new Undecided({ kind: "refused", why: `The ERP refuses it: ${effect.code}. ${effect.detail}` });
      return { answer: { status: 200, headers: {}, body: null }, scopes: [] };
    },
  };
  return { kind: "call", call };
}

function decidedBy(outcome: CommandOutcome): Decided {
  switch (outcome.kind) {
    case "answered":
      return { kind: "resolved" };
    case "absent":
      return { kind: "refused", why: "It is gone, or no longer the partner's." };
    case "invalid":
      return { kind: "refused", why: `The ERP cannot hold the partner's value: ${outcome.errors.map(({ detail }) => detail).join(" ")}` };
    case "failed":
      return { kind: "refused", why: `The ERP refuses it for a reason that the binding does not know: ${String(outcome.cause)}` };
    case "unknown":
      return { kind: "refused", why: "The connection was lost at the end: whether it was written is not known. Look at the record again." };
    default:
      return { kind: "refused", why: `It could not be written: ${outcome.kind}.` };
  }
}

function missing(name: string): never {
  throw new Error(`no resource ${name}`);
}
