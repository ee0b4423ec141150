/** Who may hold how many of a pool's connections, and who is next when one comes back. Pure: no clock, no promises. */

import { type WorkKind, workKinds } from "./settings.ts";

export interface SlotRules {
  readonly poolSize: number;
  /** Connections kept for each kind of work; together not more than the pool. */
  readonly guaranteed: Readonly<Record<WorkKind, number>>;
  /** Percent that one partner may hold while no other holds any. */
  readonly partnerShare: number;
  /** Waiting requests of one partner. */
  readonly queueSize: number;
}

/** `W` is whatever waits; it is handed back when its turn has come. */
export interface Slots<W> {
  /** Takes a connection, if kind and partner may have one more. */
  take(kind: WorkKind, by: string): boolean;
  /** Waits for a turn; false when too many of this partner wait already. */
  join(kind: WorkKind, by: string, waiter: W): boolean;
  /** Waits no longer; false when it had its turn before. */
  leave(kind: WorkKind, by: string, waiter: W): boolean;
  /** Gives a connection back. Whose turn it is now holds one already. */
  release(kind: WorkKind, by: string): readonly W[];
  /** Empties the queue. */
  drain(): readonly W[];
  /** Connections that a partner holds for a kind of work. */
  heldBy(kind: WorkKind, by: string): number;
  inUse(kind: WorkKind): number;
  waiting(kind: WorkKind): number;
  waitingOf(kind: WorkKind, by: string): number;
}

/** Connections of one kind of work: who holds how many, and who waits, partners in the order in which their turn comes. */
interface Line<W> {
  readonly kind: WorkKind;
  readonly held: Map<string, number>;
  readonly queues: Map<string, W[]>;
  inUse: number;
  waiting: number;
}

/**
 * A partner gets another connection while it holds fewer than a fixed multiple of those still free (dynamic thresholds:
 * Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998). At 50 percent the
 * multiple is one: a partner alone stops at half the pool, two at a third each, and something is left for whoever comes next.
 */
export function slots<W>({ poolSize, guaranteed, partnerShare, queueSize }: SlotRules): Slots<W> {
  const multiple = partnerShare >= 100 ? Number.POSITIVE_INFINITY : partnerShare / (100 - partnerShare);
  const line = (kind: WorkKind): Line<W> => ({ kind, held: new Map(), queues: new Map(), inUse: 0, waiting: 0 });
  const lines: Readonly<Record<WorkKind, Line<W>>> = { read: line("read"), write: line("write"), capture: line("capture"), background: line("background") };

  /** Connections that a kind could take now: what is free, less what is kept for the others. */
  function free({ kind }: Line<W>): number {
    let left = poolSize;
    for (const other of workKinds) left -= other === kind ? lines[other].inUse : Math.max(lines[other].inUse, guaranteed[other]);
    return left;
  }

  function may(of: Line<W>, held: number, left: number): boolean {
    if (left <= 0) return false;
    const partners = of.kind === "read" || of.kind === "write";
    return !partners || held === 0 || held < multiple * left;
  }

  function hold(of: Line<W>, by: string, more: 1 | -1): void {
    const held = (of.held.get(by) ?? 0) + more;
    of.inUse += more;
    if (held > 0) of.held.set(by, held);
    else of.held.delete(by);
  }

  /** Of those who wait and may, the one that holds least; among equals the one whose last turn is longest ago. */
  function next(of: Line<W>): string | undefined {
    const left = free(of);
    let found: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const by of of.queues.keys()) {
      const held = of.held.get(by) ?? 0;
      if (held >= least || !may(of, held, left)) continue;
      if (held === 0) return by;
      found = by;
      least = held;
    }
    return found;
  }

  function dequeue(of: Line<W>, by: string): W | undefined {
    const queue = of.queues.get(by);
    const waiter = queue?.shift();
    if (queue === undefined || waiter === undefined) return undefined;
    of.waiting -= 1;
    of.queues.delete(by); // to the end of the line
    if (queue.length > 0) of.queues.set(by, queue);
    return waiter;
  }

  /** Kinds below what is kept for them come first. */
  function turns(): readonly W[] {
    const called: W[] = [];
    for (let found = true; found; ) {
      found = false;
      const waiting = workKinds.map((kind) => lines[kind]).filter((of) => of.waiting > 0);
      for (const of of waiting.sort((a, b) => a.inUse - guaranteed[a.kind] - (b.inUse - guaranteed[b.kind]))) {
        const by = next(of);
        const waiter = by === undefined ? undefined : dequeue(of, by);
        if (by === undefined || waiter === undefined) continue;
        hold(of, by, 1);
        called.push(waiter);
        found = true;
        break;
      }
    }
    return called;
  }

  return {
    take(kind, by) {
      const of = lines[kind];
      if (!may(of, of.held.get(by) ?? 0, free(of))) return false;
      hold(of, by, 1);
      return true;
    },
    join(kind, by, waiter) {
      const of = lines[kind];
      const queue = of.queues.get(by) ?? [];
      if (queue.length >= queueSize) return false;
      queue.push(waiter);
      of.queues.set(by, queue);
      of.waiting += 1;
      return true;
    },
    leave(kind, by, waiter) {
      const of = lines[kind];
      const queue = of.queues.get(by) ?? [];
      const at = queue.indexOf(waiter);
      if (at < 0) return false;
      queue.splice(at, 1);
      of.waiting -= 1;
      if (queue.length === 0) of.queues.delete(by);
      return true;
    },
    release(kind, by) {
      hold(lines[kind], by, -1);
      return workKinds.some((each) => lines[each].waiting > 0) ? turns() : [];
    },
    drain() {
      const all: W[] = [];
      for (const kind of workKinds) {
        const of = lines[kind];
        for (const queue of of.queues.values()) all.push(...queue);
        of.queues.clear();
        of.waiting = 0;
      }
      return all;
    },
    heldBy: (kind, by) => lines[kind].held.get(by) ?? 0,
    inUse: (kind) => lines[kind].inUse,
    waiting: (kind) => lines[kind].waiting,
    waitingOf: (kind, by) => lines[kind].queues.get(by)?.length ?? 0,
  };
}
