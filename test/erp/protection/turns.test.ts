/** Waiting for a turn: in time or not at all, given up by those who leave, ended at once when the source is. */
import { describe, expect, test } from "vitest";
import { troubleOf } from "#erp/dialects/trouble.ts";
import { type Turn, turns } from "#erp/protection/turns.ts";
import { Problem } from "#lib/problems.ts";

const rules = {
  poolSize: 1,
  guaranteed: { read: 0, write: 0, capture: 0, background: 0 },
  partnerShare: 100,
  queueSize: 2,
  queueTimeoutMs: 10_000,
  leaseMs: 60_000,
};

function now(turn: Turn | Promise<Turn>): Turn {
  return turn instanceof Promise ? expect.unreachable("it has to wait") : turn;
}

/** Why there was no turn to be had, and when to come again. */
async function refusal(turn: Turn | Promise<Turn>): Promise<readonly [string | undefined, string | undefined]> {
  try {
    await turn;
  } catch (error) {
    if (error instanceof Problem) return [troubleOf(error), error.headers["Retry-After"]];
    throw error;
  }
  return expect.unreachable("it had its turn");
}

test("a turn is had at once while there is room, and in order once there is again", async () => {
  const of = turns(
    rules,
    () => 0,
    () => 0,
  );
  const first = now(of.take("read", "a", undefined, 0));
  const [second, third] = [of.take("read", "b", undefined, 0), of.take("read", "c", undefined, 0)];
  first.end(1);
  first.end(1); // a second time gives nothing back
  expect([of.slots.inUse("read"), of.slots.waiting("read")]).toEqual([1, 1]);
  (await second).end(2);
  (await third).end(3);
  expect([of.slots.inUse("read"), of.slots.waiting("read")]).toEqual([0, 0]);
});

test("whoever waits too long, or finds too many of its own waiting, is sent away and told when to come again", async () => {
  let clock = 0;
  const of = turns(
    { ...rules, queueTimeoutMs: 30 },
    () => clock,
    () => 0,
  );
  for (let turn = 0; turn < 100; turn += 1) now(of.take("read", "a", undefined, 0)).end(4_000); // turns take four seconds here
  const held = now(of.take("read", "a", undefined, 0));
  const waiting = [of.take("read", "a", undefined, 0), of.take("read", "a", undefined, 0)];
  const refused = waiting.map(refusal);
  expect(await refusal(of.take("read", "a", undefined, 0))).toEqual(["queue-full", "12"]);
  expect((await Promise.all(refused)).map(([trouble]) => trouble)).toEqual(["waited-too-long", "waited-too-long"]);
  clock = 4_000;
  held.end(clock);
  expect([of.slots.inUse("read"), of.slots.waiting("read")]).toEqual([0, 0]);
});

test("the time to come again is that of the partner's own turns, whatever others do, and spread by half", async () => {
  for (const [spread, seconds] of [
    [0, "4"],
    [0.999, "6"],
  ] as const) {
    const of = turns(
      { ...rules, poolSize: 2, queueSize: 0 },
      () => 0,
      () => spread,
    );
    now(of.take("read", "slow", undefined, 0)).end(4_000);
    for (let turn = 0; turn < 1_000; turn += 1) now(of.take("read", "quick", undefined, 0)).end(2);
    for (const by of ["slow", "quick"]) now(of.take("read", by, undefined, 0));
    expect(await refusal(of.take("read", "slow", undefined, 0))).toEqual(["queue-full", seconds]);
    expect(await refusal(of.take("read", "quick", undefined, 0))).toEqual(["queue-full", "1"]);
  }
});

describe("a caller that leaves", () => {
  test("leaves the queue, and is asked for its signal only when it has to wait", async () => {
    const of = turns(
      rules,
      () => 0,
      () => 0,
    );
    const controller = new AbortController();
    const held = now(of.take("read", "a", () => expect.unreachable("no need to ask"), 0));
    const waiting = refusal(of.take("read", "b", () => controller.signal, 0));
    expect(of.slots.waiting("read")).toBe(1);
    controller.abort();
    expect(of.slots.waiting("read")).toBe(0);
    expect((await waiting)[0]).toBe("abandoned");
    held.end(1);
    expect(of.slots.inUse("read")).toBe(0);
  });

  test("had left already: it never queues", async () => {
    const of = turns(
      rules,
      () => 0,
      () => 0,
    );
    now(of.take("read", "a", undefined, 0));
    expect((await refusal(of.take("read", "b", () => AbortSignal.abort(), 0)))[0]).toBe("abandoned");
    expect(of.slots.waiting("read")).toBe(0);
  });
});

test("everybody is sent home at once, with the time given", async () => {
  const of = turns(
    rules,
    () => 0,
    () => 0,
  );
  now(of.take("read", "a", undefined, 0));
  const waiting = ["a", "b", "c"].map((by) => refusal(of.take("read", by, undefined, 0)));
  of.refuseAll("breaker-open", 7);
  expect(await Promise.all(waiting)).toEqual(Array(3).fill(["breaker-open", "7"]));
});

test("a turn that is never given back is taken back after its time, once somebody needs it", async () => {
  let clock = 0;
  const of = turns(
    rules,
    () => clock,
    () => 0,
  );
  const take = (by: string, at: number): Turn | Promise<Turn> => {
    clock = at;
    return of.take("read", by, undefined, clock);
  };
  const lost = now(take("a", 0));
  const waiting = take("b", 59_000);
  expect(waiting).toBeInstanceOf(Promise);
  const late = take("c", 60_001);
  const second = await waiting;
  lost.end(70_000);
  expect([of.slots.inUse("read"), of.slots.waiting("read")]).toEqual([1, 1]);
  second.end(70_001);
  (await late).end(70_002);
  expect(of.slots.inUse("read")).toBe(0);
});
