/** The guard of one database: what passes it, what it counts, and when it lets nothing through. */

import type { ErpDatabase, Statement } from "../dialects/dialect.ts";
import { sourceUnavailable, type Trouble, troubleOf } from "../dialects/trouble.ts";
import { type Breaker, type BreakerChange, breaker, type Ticket } from "./breaker.ts";
import { type Measures, measures, type Refusal, type StatementOutcome } from "./measures.ts";
import type { Failure } from "./outcomes.ts";
import { type ProtectionSettings, type WorkKind, workKinds } from "./settings.ts";
import { guaranteed } from "./shares.ts";
import { type Turn, type Turns, turns } from "./turns.ts";

/** A piece of work at a source. It holds one connection's worth of it from its first statement to its last. */
export interface Work {
  readonly kind: WorkKind;
  /** Whose it is: a partner's id, or the name of a task of the gateway's own. */
  readonly by: string;
  /** Tells when nobody waits for it any more; asked for only when it has to queue. */
  readonly signal?: () => AbortSignal;
}

/** Runs a statement of work that passed the guard; refuses it when the source has been given up in the meantime. */
export type RunStatement = <T>(send: () => Promise<T>) => Promise<T>;

export interface Guard {
  readonly poolSize: number;
  readonly measures: Measures;
  readonly breaker: Pick<Breaker, "state" | "opened">;
  readonly slots: Turns["slots"];
  /** Whether work of a partner would be refused because the breaker is open. */
  refuses(by: string): boolean;
  /** Runs work that sends its statements through `RunStatement`. Rejects with a `Problem` when it does not pass. */
  run<T>(work: Work, use: (statement: RunStatement) => Promise<T>): Promise<T>;
  /** What has to be done without a request: tries one cheap statement if it is time to, after a pause, and after a failure that no request has followed. */
  probe(database: () => ErpDatabase): Promise<void>;
  /** How it last answered; `unknown` before the first statement. */
  state(): "unknown" | "available" | "unavailable";
}

export interface GuardParts {
  readonly settings: ProtectionSettings;
  /** The kinds of work this gateway does. */
  readonly kinds: readonly WorkKind[];
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  readonly random: () => number;
  /** When the maintenance ends that holds now, in milliseconds from now. */
  readonly maintenanceMs: () => number | undefined;
  readonly changed: (change: BreakerChange | { readonly kind: "overloaded" } | { readonly kind: "relieved" }) => void;
}

/** What says that the database itself is in trouble. Locks, drift and a full pool say nothing of it. */
const failures: Readonly<Partial<Record<Trouble, Failure>>> = {
  connection: "gone",
  unanswered: "gone",
  timeout: "struggling",
  "server-error": "struggling",
};

const retrySeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** Nobody was sent away for so long, and nobody waits: an overload is over. */
const reliefMs = 5_000;

const probeStatement: Statement = { text: "SELECT 1", values: [] };

export function guard({ settings, kinds, elapsedMs, random, maintenanceMs, changed }: GuardParts): Guard {
  const counted = measures();
  const breaks = breaker({
    failures: settings.breakerFailures,
    minMs: settings.breakerMinMs,
    maxMs: settings.breakerMaxMs,
    trialMs: settings.statementBoundMs,
    random,
  });
  const line = turns(
    { ...settings, guaranteed: guaranteed(settings.poolSize, settings.shares, kinds), leaseMs: 20 * settings.statementBoundMs },
    elapsedMs,
    random,
  );
  let state: ReturnType<Guard["state"]> = "unknown";
  /** When somebody was last sent away, while that is the state of things. */
  let overloadedAt: number | undefined;
  let asking = false;
  /** When the source was last asked without a request, after a failure that did not open the breaker. */
  let askedAt = Number.NEGATIVE_INFINITY;

  function refusal(reason: Refusal, afterMs: number): Error {
    counted.refuse(reason);
    return sourceUnavailable(reason, undefined, retrySeconds(afterMs));
  }

  /** Throws in a maintenance window. Work that has begun may finish. */
  function checkMaintenance(): void {
    const left = maintenanceMs();
    if (left !== undefined) throw refusal("maintenance", left);
  }

  function note(ticket: Ticket, outcome: "answered" | Failure, by: string): void {
    const change = breaks.note(ticket, outcome, by, elapsedMs());
    if (change === undefined) return;
    if (change.kind === "opened") line.refuseAll("breaker-open", retrySeconds(breaks.retryAfterMs(by, elapsedMs())));
    changed(change);
  }

  async function send<T>(ticket: Ticket, by: string, statement: () => Promise<T>): Promise<T> {
    const started = elapsedMs();
    let outcome: StatementOutcome = "answered";
    try {
      return await statement();
    } catch (error) {
      outcome = troubleOf(error) ?? "refused";
      throw error;
    } finally {
      counted.statement(outcome, elapsedMs() - started);
      const failure = outcome === "answered" || outcome === "refused" ? undefined : failures[outcome];
      // Without a connection in the pool, or without a server, none was asked.
      const asked = outcome !== "pool-exhausted" && outcome !== "absent";
      if (asked) state = failure === "gone" ? "unavailable" : "available";
      if (failure !== undefined) note(ticket, failure, by);
      // A server that refuses a statement is there. That ends a trial, and says nothing more of it.
      else if (outcome === "answered" || (asked && ticket.trial !== undefined)) note(ticket, "answered", by);
    }
  }

  /** Counts those who were sent away while or instead of waiting; tells when that begins. */
  function noteRefused(error: unknown): void {
    const trouble = troubleOf(error);
    if (trouble !== "queue-full" && trouble !== "waited-too-long" && trouble !== "abandoned" && trouble !== "breaker-open") return;
    counted.refuse(trouble);
    if (trouble === "abandoned" || trouble === "breaker-open") return;
    if (overloadedAt === undefined) changed({ kind: "overloaded" });
    overloadedAt = elapsedMs();
  }

  function noteRelief(now: number): void {
    if (overloadedAt === undefined || now - overloadedAt < reliefMs || workKinds.some((kind) => line.slots.waiting(kind) > 0)) return;
    overloadedAt = undefined;
    changed({ kind: "relieved" });
  }

  async function wait(work: Work, turn: Promise<Turn>, since: number): Promise<Turn> {
    try {
      return await turn;
    } catch (error) {
      noteRefused(error);
      throw error;
    } finally {
      counted.wait(work.kind, elapsedMs() - since);
    }
  }

  return {
    poolSize: settings.poolSize,
    measures: counted,
    breaker: breaks,
    slots: line.slots,
    state: () => (breaks.state() === "closed" ? state : "unavailable"),
    refuses: (by) => breaks.refuses(by, elapsedMs()),
    async run(work, use) {
      checkMaintenance();
      const asked = elapsedMs();
      const admission = breaks.admit(work.by, asked);
      if (admission.kind === "refused") throw refusal("breaker-open", admission.retryAfterMs);
      const { ticket } = admission;
      try {
        const taken = line.take(work.kind, work.by, work.signal, asked);
        const turn = taken instanceof Promise ? await wait(work, taken, asked) : taken;
        try {
          if (taken === turn) counted.wait(work.kind, 0);
          else checkMaintenance();
          return await use((statement) => {
            if (!breaks.holds(ticket)) return Promise.reject(refusal("breaker-open", breaks.retryAfterMs(work.by, elapsedMs())));
            return send(ticket, work.by, statement);
          });
        } finally {
          const ended = elapsedMs();
          turn.end(ended);
          noteRelief(ended);
        }
      } finally {
        breaks.ended(ticket);
      }
    },
    async probe(database) {
      const now = elapsedMs();
      noteRelief(now);
      if (maintenanceMs() !== undefined) return;
      const ticket = breaks.probe(now);
      if (ticket !== undefined) await tryOut(ticket, database);
      else if (!asking && breaks.state() === "closed" && state === "unavailable" && now - askedAt >= settings.breakerMinMs) await ask(now, database);
    },
  };

  async function tryOut(ticket: Ticket, database: () => ErpDatabase): Promise<void> {
    try {
      const handle = database();
      await send(ticket, "probe", () => handle.query(probeStatement));
    } catch {
      // How it went is counted and has decided the breaker; nobody waits for the answer itself.
    } finally {
      breaks.ended(ticket);
    }
  }

  /** Between the first failure and the breaker's verdict; with all connections in use, their work will tell as well. */
  async function ask(now: number, database: () => ErpDatabase): Promise<void> {
    const turn = line.takeNow("background", "probe", now);
    if (turn === undefined) return;
    asking = true;
    askedAt = now;
    const admission = breaks.admit("probe", now);
    if (admission.kind === "admitted") await tryOut(admission.ticket, database);
    asking = false;
    turn.end(elapsedMs());
  }
}
