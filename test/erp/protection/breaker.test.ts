/** The breaker opens on trouble of the ERP and on nothing else, refuses with a time that is true, and tries one thing at a time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Breaker, breaker, type Ticket } from "#erp/protection/breaker.ts";

const rules = { failures: 3, minMs: 500, maxMs: 8_000, trialMs: 7_000, random: () => 0.5 };

function admitted(of: Breaker, now: number, by = "a"): Ticket {
  const admission = of.admit(by, now);
  return admission.kind === "admitted" ? admission.ticket : expect.unreachable(`refused for ${admission.retryAfterMs} ms`);
}

function opened(now = 0): Breaker {
  const of = breaker(rules);
  for (let turn = 0; turn < rules.failures; turn += 1) of.note(admitted(of, now), "gone", "a", now);
  expect(of.state()).toBe("open");
  return of;
}

describe("from closed", () => {
  test("so many failures in a row open it; one answer in between, and it starts to count anew", () => {
    const of = breaker(rules);
    const ticket = admitted(of, 0);
    for (const outcome of ["gone", "gone", "answered", "gone", "gone"] as const) expect(of.note(ticket, outcome, "a", 0)).toBeUndefined();
    expect(of.note(ticket, "gone", "a", 0)).toEqual({ kind: "opened", because: "gone", pauseMs: 500 });
    expect([of.state(), of.opened()]).toEqual(["open", 1]);
  });

  test("half of the last twenty lost opens it, even when answers come in between", () => {
    const of = breaker(rules);
    const changes = Array.from({ length: 20 }, (_, turn) => of.note(admitted(of, turn), turn % 2 === 0 ? "answered" : "gone", "a", turn));
    expect(changes.slice(0, 19)).toEqual(Array(19).fill(undefined));
    expect(changes[19]).toMatchObject({ kind: "opened", because: "gone" });
  });

  test("statements of one partner that take too long never open it, however many", () => {
    const of = breaker(rules);
    for (let turn = 0; turn < 500; turn += 1) expect(of.note(admitted(of, turn), "struggling", "a", turn)).toBeUndefined();
  });

  test("those of two partners do, when little else is answered", () => {
    const of = breaker(rules);
    const note = (turn: number) => of.note(admitted(of, turn), turn % 2 === 0 ? "answered" : "struggling", turn < 10 ? "a" : "b", turn);
    for (let turn = 0; turn < 19; turn += 1) expect(note(turn)).toBeUndefined();
    expect(note(19)).toMatchObject({ kind: "opened", because: "struggling" });
  });

  test("what happened half a minute ago counts no more", () => {
    const of = breaker(rules);
    for (let turn = 0; turn < 19; turn += 1) of.note(admitted(of, 0), "struggling", turn % 2 === 0 ? "a" : "b", 0);
    for (let turn = 0; turn < 19; turn += 1) expect(of.note(admitted(of, 40_000), "struggling", turn % 2 === 0 ? "a" : "b", 40_000)).toBeUndefined();
  });
});

describe("once open", () => {
  test("work that was let through before sends nothing more, and how its last statement went decides nothing", () => {
    const of = breaker(rules);
    const ticket = admitted(of, 0);
    for (let turn = 0; turn < 3; turn += 1) of.note(ticket, "gone", "a", 0);
    expect(of.holds(ticket)).toBe(false);
    expect(of.note(ticket, "answered", "a", 1)).toBeUndefined();
    expect(of.state()).toBe("open");
    of.note(of.probe(500) ?? expect.unreachable(), "answered", "probe", 500);
    for (let turn = 0; turn < 3; turn += 1) of.note(ticket, "gone", "a", 501);
    expect(of.state(), "what hung before it closed again").toBe("closed");
  });

  test("a probe is due after the pause, a request may try a second later where no probe came; each alone", () => {
    const of = opened();
    expect([of.probe(499), of.refuses("a", 499)]).toEqual([undefined, true]);
    const ticket = of.probe(500);
    expect(ticket?.trial).toBe("statement");
    expect([of.probe(500), of.admit("a", 5_000).kind]).toEqual([undefined, "refused"]);

    const unattended = opened();
    expect(unattended.admit("a", 1_499).kind).toBe("refused");
    expect(admitted(unattended, 1_500).trial).toBe("request");
    expect([unattended.admit("a", 1_500).kind, unattended.probe(1_500)]).toEqual(["refused", undefined]);
  });

  test("a trial that is answered closes it, and the same work goes on", () => {
    const of = opened();
    const ticket = admitted(of, 1_500);
    expect(of.note(ticket, "answered", "a", 1_501)).toEqual({ kind: "closed" });
    expect([of.state(), of.holds(ticket), of.admit("a", 1_502).kind]).toEqual(["closed", true, "admitted"]);
    expect(of.note(ticket, "answered", "a", 1_503)).toBeUndefined();
  });

  test("pauses double with each trial that fails, up to the longest, and begin anew once it has held for a while", () => {
    const of = opened();
    let now = 0;
    const pauses: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const from = now;
      let ticket: Ticket | undefined;
      for (; ticket === undefined; now += 100) ticket = of.probe(now);
      pauses.push(now - 100 - from);
      now -= 100;
      of.note(ticket, "gone", "probe", now);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    of.note(of.probe(now + 8_000) ?? expect.unreachable(), "answered", "probe", now + 8_000);
    const trip = (at: number) => [1, 2, 3].map(() => of.note(admitted(of, at), "gone", "a", at)).at(-1);
    expect(trip(now + 10_000)).toMatchObject({ pauseMs: 8_000 });
    of.note(of.probe(now + 18_000) ?? expect.unreachable(), "answered", "probe", now + 18_000);
    expect(trip(now + 30_000)).toMatchObject({ pauseMs: 500 });
  });

  test("pauses differ between gateways by a fifth either way", () => {
    const pause = (random: number) => {
      const of = breaker({ ...rules, failures: 1, random: () => random });
      return of.note(admitted(of, 0), "gone", "a", 0);
    };
    expect([pause(0), pause(0.999)]).toMatchObject([{ pauseMs: 400 }, { pauseMs: expect.closeTo(600, 0) }]);
  });

  test("a trial that tried nothing makes room at once; one that never ends is given up after its time", () => {
    const of = opened();
    of.ended(admitted(of, 1_500));
    const lost = admitted(of, 1_501);
    expect(lost.trial).toBe("request");
    expect(of.admit("a", 8_500)).toEqual({ kind: "refused", retryAfterMs: 1 });
    expect(of.admit("a", 8_501).kind).toBe("refused"); // given up: the next pause began
    expect(of.note(lost, "answered", "a", 8_502)).toBeUndefined();
    expect(admitted(of, 8_501 + 1_000 + 1_000).trial).toBe("request");
  });

  test("a server that was too slow has to answer one real request: a cheap statement proves nothing", () => {
    const of = breaker(rules);
    for (let turn = 0; turn < 20; turn += 1) of.note(admitted(of, 0), "struggling", turn % 2 === 0 ? "a" : "b", 0);
    of.note(of.probe(500) ?? expect.unreachable(), "answered", "probe", 501);
    expect(of.state()).toBe("half-open");
    const ticket = admitted(of, 502);
    expect(of.admit("a", 502).kind).toBe("refused");
    expect(of.note(ticket, "answered", "a", 503)).toEqual({ kind: "closed" });
  });

  test("a partner whose statement failed that trial leaves the next one to others, and tries again if none comes", () => {
    const of = breaker(rules);
    for (let turn = 0; turn < 20; turn += 1) of.note(admitted(of, 0), "struggling", turn % 2 === 0 ? "a" : "b", 0);
    of.note(admitted(of, 1_500), "struggling", "a", 2_000); // the next pause is a second, and a second more for requests
    expect([of.refuses("a", 4_000), of.refuses("b", 4_000)]).toEqual([true, false]);
    expect(of.admit("a", 4_000)).toEqual({ kind: "refused", retryAfterMs: 1_000 });
    expect(admitted(of, 5_000, "a").trial).toBe("request");
  });

  test("a server that was gone and now ends a statement itself is there", () => {
    const of = opened();
    expect(of.note(admitted(of, 1_500), "struggling", "a", 1_600)).toEqual({ kind: "closed" });
  });
});

describe("whatever happens", () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 3_000 }),
    act: fc.constantFrom("admit", "probe", "answered", "gone", "struggling", "ended"),
    by: fc.constantFrom("a", "b"),
    which: fc.nat(5),
  });

  /** Runs the steps; `seen` is told of the breaker after each. */
  function run(
    steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    seen: (of: Breaker, now: number, trials: readonly Ticket[]) => void,
  ): void {
    const of = breaker(rules);
    const tickets: Ticket[] = [];
    const trials = new Map<Ticket, number>();
    let now = 0;
    const given = (ticket: Ticket | undefined): void => {
      if (ticket === undefined) return;
      tickets.unshift(ticket);
      if (ticket.trial !== undefined) trials.set(ticket, now + rules.trialMs);
    };
    for (const { ms, act, by, which } of steps) {
      now += ms;
      const ticket = tickets[which];
      if (act === "admit") {
        const admission = of.admit(by, now);
        if (admission.kind === "admitted") given(admission.ticket);
        else expect(admission.retryAfterMs).toBeGreaterThan(0);
      } else if (act === "probe") given(of.probe(now));
      else if (ticket !== undefined) {
        if (act === "ended") of.ended(ticket);
        else of.note(ticket, act, by, now);
        trials.delete(ticket);
      }
      seen(
        of,
        now,
        [...trials].flatMap(([trial, until]) => (until > now && of.holds(trial) ? [trial] : [])),
      );
    }
  }

  test("one trial at a time", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps, (_of, _now, trials) => expect(trials.length).toBeLessThan(2))));
  });

  test("Retry-After is true: whoever comes back then is let through, or a trial has failed in between", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let last: { of: Breaker; now: number } | undefined;
        run(steps, (of, now) => {
          last = { of, now };
        });
        if (last === undefined) return;
        const { of, now } = last;
        const underway = of.state() === "half-open";
        const admission = of.admit("a", now);
        if (admission.kind === "admitted") return;
        const later = of.admit("a", now + admission.retryAfterMs);
        if (later.kind === "refused") expect(underway).toBe(true);
      }),
    );
  });

  test("it is never closed for good nor open for good", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        run(steps, (of, now) => {
          if (of.state() === "closed") expect(of.admit("a", now).kind).toBe("admitted");
        });
        let end: { of: Breaker; now: number } | undefined;
        run(steps, (of, now) => {
          end = { of, now };
        });
        if (end === undefined) return;
        const { of } = end;
        const at = end.now + rules.trialMs + 2 * rules.maxMs * 1.2 + 1_000;
        of.admit("a", at - 2 * rules.maxMs * 1.2 - 1_000); // a lost trial is given up
        of.note(admitted(of, at), "answered", "a", at);
        expect(of.admit("a", at).kind).toBe("admitted");
      }),
    );
  });
});
