/** Connections are shared fairly: kinds of work keep theirs, no partner takes them all, and whoever holds least is next. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WorkKind, workKinds } from "#erp/protection/settings.ts";
import { guaranteed } from "#erp/protection/shares.ts";
import { type SlotRules, slots } from "#erp/protection/slots.ts";

const nothingKept = { read: 0, write: 0, capture: 0, background: 0 };
const ten: SlotRules = { poolSize: 10, guaranteed: nothingKept, partnerShare: 50, queueSize: 100 };

/** Takes as many as there are. */
function takeAll(of: ReturnType<typeof slots<string>>, kind: WorkKind, by: string): number {
  let taken = 0;
  while (of.take(kind, by)) taken += 1;
  return taken;
}

describe("partners", () => {
  test("one alone stops at its share; several leave each other room, and something is left for whoever comes next", () => {
    const of = slots<string>(ten);
    expect(takeAll(of, "read", "a")).toBe(5);
    expect(takeAll(of, "read", "b")).toBe(3);
    expect(takeAll(of, "read", "c")).toBe(1);
    expect(of.take("read", "d")).toBe(true);
    expect(of.take("read", "e")).toBe(false);
  });

  test.for([
    [1, 1],
    [20, 2],
    [50, 5],
    [80, 8],
    [100, 10],
  ])("at a share of %i percent one alone gets %i of ten", ([partnerShare = 0, most]) => {
    expect(takeAll(slots<string>({ ...ten, partnerShare }), "read", "a")).toBe(most);
  });

  test("a hundred requests of one are no matter to another, who is next as often as it comes", () => {
    const of = slots<string>(ten);
    takeAll(of, "read", "slow");
    for (let turn = 0; turn < 95; turn += 1) of.join("read", "slow", `slow ${turn}`);
    for (let turn = 0; turn < 1_000; turn += 1) {
      expect(of.take("read", "quick")).toBe(true);
      expect(of.release("read", "quick")).toEqual([]);
    }
    expect([of.heldBy("read", "slow"), of.waiting("read")]).toEqual([5, 95]);
  });

  test("those who wait have their turns in turn, however many each of them has waiting", () => {
    const of = slots<string>({ ...ten, poolSize: 3, partnerShare: 100 });
    takeAll(of, "read", "a");
    for (let turn = 0; turn < 6; turn += 1) of.join("read", "a", "a");
    for (let turn = 0; turn < 2; turn += 1) for (const by of ["b", "c"]) of.join("read", by, by);
    const served: string[] = [];
    const release = (by: string): void => void served.push(...of.release("read", by));
    for (const by of ["a", "a", "a", "b", "c", "a", "a", "b", "c", "a"]) release(by);
    expect(served.slice(0, 2)).toEqual(["b", "c"]);
    expect(served.indexOf("c", 2)).toBeLessThan(6);
    expect(served.filter((by) => by !== "a")).toHaveLength(4);
  });

  test("of those who hold some already, the one that holds least is next, whoever came first", () => {
    for (const order of ["ab", "ba"]) {
      const of = slots<string>({ ...ten, poolSize: 4, partnerShare: 100 });
      for (const by of ["a", "a", "b", "c"]) of.take("read", by);
      for (const by of order) of.join("read", by, by);
      expect(of.release("read", "c"), order).toEqual(["b"]);
    }
  });

  test("only so many of one may wait; one that leaves makes room, and is never called", () => {
    const of = slots<string>({ ...ten, poolSize: 1, queueSize: 2 });
    of.take("read", "a");
    expect(["1", "2", "3"].map((waiter) => of.join("read", "a", waiter))).toEqual([true, true, false]);
    expect(of.join("read", "b", "b")).toBe(true);
    expect([of.leave("read", "a", "1"), of.leave("read", "a", "1")]).toEqual([true, false]);
    expect(of.join("read", "a", "4")).toBe(true);
    expect([...of.release("read", "a"), ...of.release("read", "a"), ...of.release("read", "b")]).toEqual(["2", "b", "4"]);
  });
});

describe("kinds of work", () => {
  const kept = { ...ten, guaranteed: { read: 4, write: 2, capture: 1, background: 1 }, partnerShare: 100 };

  test("none can take what is kept for another, and each can always have its own", () => {
    for (const greedy of workKinds) {
      const of = slots<string>(kept);
      takeAll(of, greedy, "greedy");
      for (const other of workKinds) {
        if (other !== greedy)
          for (let turn = 0; turn < kept.guaranteed[other]; turn += 1) expect(of.take(other, "other"), `${other} beside ${greedy}`).toBe(true);
      }
    }
  });

  test("what comes back goes to the kind that has least beyond what is kept for it", () => {
    for (const [first, second] of [
      ["read", "write"],
      ["write", "read"],
    ] as const) {
      const of = slots<string>({ ...kept, poolSize: 5, guaranteed: { ...nothingKept, read: 1, write: 1 } });
      expect(takeAll(of, first, "greedy")).toBe(4);
      expect(takeAll(of, second, "modest")).toBe(1);
      of.join(first, "greedy", first);
      of.join(second, "modest", second);
      expect(of.release(first, "greedy")).toEqual([second]);
    }
  });

  test("what nobody keeps goes to whoever asks", () => {
    expect(takeAll(slots<string>(kept), "read", "a")).toBe(6);
    expect(takeAll(slots<string>(kept), "background", "sweep")).toBe(3);
  });

  test("shares become connections: rounded down, at least one for each kind that is done, none for the others", () => {
    const shares = { read: 40, write: 20, capture: 10, background: 10 };
    expect(guaranteed(10, shares, workKinds)).toEqual({ read: 4, write: 2, capture: 1, background: 1 });
    expect(guaranteed(4, shares, workKinds)).toEqual({ read: 1, write: 1, capture: 1, background: 1 });
    expect(guaranteed(10, shares, ["read"])).toEqual({ ...nothingKept, read: 4 });
    expect(guaranteed(3, shares, workKinds), "too small to keep anything").toEqual(nothingKept);
  });

  test("shares never make more than the pool, and never less than one for a kind that is done", () => {
    const share = fc.integer({ min: 1, max: 97 });
    const all = fc.record({ read: share, write: share, capture: share, background: share }).filter((s) => s.read + s.write + s.capture + s.background <= 100);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 200 }), all, (poolSize, shares) => {
        const kept = guaranteed(poolSize, shares, workKinds);
        expect(workKinds.reduce((sum, kind) => sum + kept[kind], 0)).toBeLessThanOrEqual(poolSize);
        for (const kind of workKinds) expect(kept[kind]).toBeGreaterThanOrEqual(Math.max(1, Math.floor((poolSize * shares[kind]) / 100) - 3));
      }),
    );
  });
});

test("whatever is asked: never more than the pool, nobody waits who may go, no one is lost, a newcomer gets what is free", () => {
  const kinds = fc.constantFrom<WorkKind>(...workKinds);
  const step = fc.record({ act: fc.constantFrom("ask", "ask", "release", "leave"), kind: kinds, by: fc.constantFrom("a", "b", "c", "d"), which: fc.nat(20) });
  const rules = fc.record({
    poolSize: fc.integer({ min: 4, max: 12 }),
    guaranteed: fc.record({ read: fc.nat(1), write: fc.nat(1), capture: fc.nat(1), background: fc.nat(1) }),
    partnerShare: fc.integer({ min: 1, max: 100 }),
    queueSize: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(rules, fc.array(step, { maxLength: 120 }), (given, steps) => {
      const of = slots<{ readonly kind: WorkKind; readonly by: string }>(given);
      const holding: { readonly kind: WorkKind; readonly by: string }[] = [];
      const waiting: { readonly kind: WorkKind; readonly by: string }[] = [];
      const called = (served: readonly { readonly kind: WorkKind; readonly by: string }[]): void => {
        for (const work of served) {
          expect(waiting).toContain(work);
          waiting.splice(waiting.indexOf(work), 1);
          holding.push(work);
        }
      };
      for (const { act, kind, by, which } of steps) {
        if (act === "ask") {
          const work = { kind, by };
          if (of.take(kind, by)) holding.push(work);
          else if (of.join(kind, by, work)) waiting.push(work);
          else expect(of.waitingOf(kind, by)).toBe(given.queueSize);
        } else if (act === "release") {
          const [work] = holding.splice(which % Math.max(1, holding.length), 1);
          if (work !== undefined) called(of.release(work.kind, work.by));
        } else {
          const [work] = waiting.splice(which % Math.max(1, waiting.length), 1);
          if (work !== undefined) expect(of.leave(work.kind, work.by, work)).toBe(true);
        }
        expect(holding.length).toBeLessThanOrEqual(given.poolSize);
        for (const each of workKinds) {
          expect(of.inUse(each)).toBe(holding.filter((work) => work.kind === each).length);
          expect(of.waiting(each)).toBe(waiting.filter((work) => work.kind === each).length);
        }
        for (const work of waiting) expect(of.take(work.kind, work.by), "one waits that may go").toBe(false);
        // Whoever holds nothing gets a connection as long as one is free that is kept for no other kind.
        const kept = workKinds.reduce((sum, each) => sum + (each === kind ? of.inUse(each) : Math.max(of.inUse(each), given.guaranteed[each])), 0);
        if (kept < given.poolSize) {
          expect(of.take(kind, "newcomer")).toBe(true);
          called(of.release(kind, "newcomer"));
        }
      }
      while (holding.length > 0) {
        const work = holding.shift();
        if (work !== undefined) called(of.release(work.kind, work.by));
      }
      expect(waiting).toEqual([]);
    }),
  );
});
