/** Carries out one command at most once in an ERP that keeps no receipts: noted beforehand in the gateway's own store, and recognised afterwards by the partner's own number. */

import { setTimeout as sleep } from "node:timers/promises";
import type { CommandCall, CommandOutcome, Effect, MadeAnswer } from "#contract/command-call.ts";
import { Problem } from "#lib/problems.ts";
import { CommitUnknown, type WriteTransaction } from "../dialects/dialect.ts";
import { readTogether } from "../dialects/read-together.ts";
import { sourceUnavailable } from "../dialects/trouble.ts";
import type { ReadCaller } from "../read/reader.ts";
import { allFieldsOf, type CarryOutParts, carryOut, pathOf, Stopped } from "./carry-out.ts";
import type { CommandRunner, WritePoint } from "./execute.ts";
import { inputColumns } from "./input-columns.ts";
import type { NaturalKey } from "./natural-key.ts";
import type { BodySeal } from "./receipt.ts";
import type { Attempt, KeptReceipt, ReceiptPlace, ReceiptRecords, Undertaking } from "./receipt-records.ts";
import { type ReaderOf, referenceCheck } from "./references.ts";
import { replay } from "./replay.ts";
import { settleReceipt, type WriteLimits } from "./settle-receipt.ts";
import { answerBytes, answerOf } from "./stored-answer.ts";

export interface UnreceiptedParts extends CarryOutParts {
  readonly environment: ReceiptPlace["environment"];
  readonly number: NaturalKey;
  /** The readers of the resources that inputs can refer to. */
  readonly readerOf: ReaderOf;
  /** Those of the request: no connection need outlive it. */
  readonly records: ReceiptRecords;
  readonly seal: BodySeal;
  readonly limits: WriteLimits;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  readonly passing: (point: WritePoint) => void;
}

/** A request that was just begun is still at it: nobody has to look. */
const freshMs = 1_000;

/** When to look for the thing after the connection was lost at COMMIT: the server may still be at it. */
const lookAfterMs = [0, 300, 1_000] as const;

/** What a transaction has left to be answered with. */
interface Made extends MadeAnswer {
  readonly id: string;
}

type Refused = Extract<Effect, { kind: "refused" }>;

export function unreceiptedRunner(parts: UnreceiptedParts): CommandRunner {
  const { resource, environment, dialect, reader, number, readerOf, records, seal, limits, operationId, elapsedMs, passing } = parts;
  const { contract, source } = resource;
  const { carriedOut, refusedAs } = carryOut(parts);

  async function run(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome> {
    const prepared = inputColumns(resource, caller.catalog, call.input);
    if (prepared.kind === "unfit") return { kind: "invalid", errors: prepared.errors };
    const naturalKey = number.of(call.input);
    if (naturalKey === undefined) return { kind: "invalid", errors: [numberMissing(number.field)] };
    passing("before-claim");

    const { receipt, at } = await records.find(call.keyHash);
    const known = receipt === undefined ? undefined : await answeredBefore(caller, call, receipt);
    if (known !== undefined) return known;

    const references = referenceCheck(resource, call.input, readerOf, caller);
    const missing = references.missing(await readTogether(caller.database, references.statements), call.input);
    if (missing.length > 0) return { kind: "invalid", errors: missing };
    // Before it is noted: from then on, whatever has the number is taken for this request's.
    const [standing] = await number.find(caller, naturalKey);
    if (standing !== undefined) {
      // An identical request may have made it since this one looked.
      const { receipt: since } = await records.find(call.keyHash);
      const answered = since === undefined || since.attempt === receipt?.attempt ? undefined : await answeredBefore(caller, call, since);
      return answered ?? { kind: "duplicate", made: pathOf(contract, standing) };
    }
    const undertaking: Undertaking = {
      keyHash: call.keyHash,
      source: source.name,
      environment,
      resource: contract.name,
      command: call.command,
      partner: call.partner,
      accounts: call.accounts,
      fingerprint: call.fingerprint,
      naturalKey,
    };
    const commitBy = elapsedMs() + limits.commitWithinMs;
    const attempt = await records.start(undertaking, receipt?.attempt, at);
    if (attempt === undefined) return busy(caller, undertaking);
    passing("after-claim");
    return attempted(caller, call, naturalKey, { attempt, commitBy, isNew: receipt === undefined });
  }

  /** What a receipt says; undefined where it says that nothing was done, and nothing will be. */
  async function answeredBefore(caller: ReadCaller, call: CommandCall, receipt: KeptReceipt): Promise<CommandOutcome | undefined> {
    if (receipt.state === "not_performed") return undefined;
    const { partner, fingerprint, scopes, made } = receipt;
    const answered = replay({ partner, fingerprint, scopes, made, answer: answerIn(receipt) }, call);
    if (receipt.state === "done" || answered.kind === "key-reused") return answered;
    if (receipt.state === "found") return answerAnew(caller, call, receipt);
    if (receipt.ageMs < freshMs) return { kind: "in-progress" };
    const settled = await settleReceipt({ resource, number, records, limits }, caller, receipt);
    if (settled.kind === "found") return answerAnew(caller, call, { ...receipt, made: settled.made });
    return settled.kind === "absent" ? undefined : { kind: "in-progress" };
  }

  function answerIn({ sealedAnswer, keyHash }: KeptReceipt): MadeAnswer["answer"] | undefined {
    const plain = sealedAnswer && seal.open(sealedAnswer, keyHash);
    return plain && answerOf(plain);
  }

  /** The answer was lost with the process that made it: it is made of the thing as it stands, and is the same from then on. */
  async function answerAnew(caller: ReadCaller, call: CommandCall, { attempt, made = "" }: KeptReceipt): Promise<CommandOutcome> {
    const id = decodeURIComponent(made.slice(made.lastIndexOf("/") + 1));
    const found = await reader.get(caller, id, allFieldsOf(resource));
    const { answer, scopes } = call.answer({ kind: "made", id, item: found?.item, tag: found?.tag, conflicts: [] });
    return kept(call, attempt, { id, answer, scopes }, true);
  }

  /** Another request is at it, or at the same number. One whose process is gone is ended here, so that a repetition gets through. */
  async function busy(caller: ReadCaller, undertaking: Undertaking): Promise<CommandOutcome> {
    for (const rival of await records.rivals(undertaking))
      if (rival.ageMs > limits.overAfterMs) await settleReceipt({ resource, number, records, limits }, caller, rival);
    return { kind: "in-progress" };
  }

  interface Begun {
    readonly attempt: Attempt;
    readonly commitBy: number;
    /** Nobody can have been told of it. */
    readonly isNew: boolean;
  }

  async function attempted(caller: ReadCaller, call: CommandCall, naturalKey: string, begun: Begun): Promise<CommandOutcome> {
    const { database } = caller;
    if (database.transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
    let made: Made | Refused | undefined;
    let isCommitted = false;
    try {
      await database.transact(async (transaction) => {
        made = await madeIn(transaction, caller, call, naturalKey);
        if ("kind" in made) return;
        passing("before-commit");
        if (elapsedMs() > begun.commitBy) throw sourceUnavailable("timeout", new Error("the command took too long to be committed"));
        await transaction.commit([], () => passing("committing"));
        isCommitted = true;
      });
    } catch (error) {
      if (made !== undefined && !("kind" in made)) {
        if (error instanceof CommitUnknown) return lookedUp(caller, call, naturalKey, begun.attempt, made, error);
        if (isCommitted) return kept(call, begun.attempt, made, false);
      }
      return undone(call, begun, error);
    }
    if (made === undefined) throw new Error("a transaction without an outcome");
    if ("kind" in made) return refused(call, begun.attempt, made);
    passing("after-commit");
    return kept(call, begun.attempt, made, false);
  }

  /** Carries it out, and proves that it will be known again by its number, and it alone. A refusal is no error. */
  async function madeIn(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall, naturalKey: string): Promise<Made | Refused> {
    const inside = { ...caller, database: transaction };
    const { effect } = await carriedOut(transaction, caller, call, { input: call.input, seen: [], idle: false });
    passing("after-effect");
    if (effect.kind === "refused") return effect;
    if (effect.kind !== "made") throw new Error(`${contract.name}.${call.command} makes nothing`);
    const same = await number.find(inside, naturalKey);
    const other = same.find((id) => id !== effect.id);
    if (other !== undefined) throw new Stopped({ kind: "duplicate", made: pathOf(contract, other) });
    if (!same.includes(effect.id))
      throw new Stopped({ kind: "failed", cause: new Error(`${contract.name}.${call.command} made a thing that is not found by its ${number.field}`) });
    return { id: effect.id, ...call.answer(effect) };
  }

  /** Everything was rolled back. */
  async function undone(call: CommandCall, { attempt, isNew }: Begun, error: unknown): Promise<CommandOutcome> {
    const refusal = error instanceof Stopped ? undefined : refusedAs(error);
    if (refusal !== undefined) return refused(call, attempt, refusal);
    try {
      await records.release(call.keyHash, attempt, isNew);
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble; // else it stays noted, until it is old enough to be looked up
    }
    if (error instanceof Stopped) return error.outcome;
    if (dialect.statementError?.(error) !== undefined) return { kind: "failed", cause: error };
    throw error;
  }

  /** Told to the partner only once it is on record: else a repetition could be carried out. */
  async function refused(call: CommandCall, attempt: Attempt, effect: Refused): Promise<CommandOutcome> {
    const { answer, scopes } = call.answer(effect);
    const { status } = answer;
    await records.finish(call.keyHash, attempt, { status, sealedAnswer: seal.seal(answerBytes(answer), call.keyHash), scopes, made: undefined });
    return { kind: "answered", answer, replayed: false };
  }

  /** It is done: what the partner is told does not depend on whether the store can be told as well. */
  async function kept(call: CommandCall, attempt: Attempt, { id, answer, scopes }: Made, replayed: boolean): Promise<CommandOutcome> {
    const end = { status: answer.status, sealedAnswer: seal.seal(answerBytes(answer), call.keyHash), scopes, made: pathOf(contract, id) };
    try {
      if (await records.finish(call.keyHash, attempt, end)) return { kind: "answered", answer, replayed };
      // A repetition was faster, and its answer is the one that stands.
      const { receipt } = await records.find(call.keyHash);
      const first = receipt?.state === "done" ? replay({ ...receipt, answer: answerIn(receipt) }, call) : undefined;
      if (first !== undefined && first.kind !== "expired") return first;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
    return { kind: "answered", answer, replayed };
  }

  /** The connection was lost at COMMIT. Only the thing's being there proves anything: the server may still be at it. */
  async function lookedUp(
    caller: ReadCaller,
    call: CommandCall,
    naturalKey: string,
    attempt: Attempt,
    made: Made,
    cause: CommitUnknown,
  ): Promise<CommandOutcome> {
    for (const ms of lookAfterMs) {
      await sleep(ms);
      try {
        if ((await number.find(caller, naturalKey)).includes(made.id)) return kept(call, attempt, made, false);
      } catch (error) {
        if (!(error instanceof Problem)) throw error; // no connection yet: there is another look
      }
    }
    return { kind: "unknown", operation: operationId(call.partner, call.keyHash), cause };
  }

  return { run };
}

function numberMissing(field: string) {
  return { pointer: `/${field}`, code: "required", detail: "Required: your own number, by which a repetition is recognised." };
}
