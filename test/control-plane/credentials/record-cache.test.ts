/** What is remembered of credentials, and for how long, as changes, failures and time go by. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createChangeWatch } from "#control-plane/credentials/change-watch.ts";
import { createRecordCache, hardBoundMs, trustMs } from "#control-plane/credentials/record-cache.ts";

interface Entry {
  readonly version: number;
  readonly partner: string;
}

/** A cache over a store of one's own, whose clock and failures the test decides. */
function subject({ watched = true, capacity = 100 } = {}) {
  const world = { elapsed: 0, confirmed: 0, version: 1, lookups: 0, fails: false, hangs: false, partner: "p" };
  const cache = createRecordCache<Entry>({
    kind: "key",
    elapsedMs: () => world.elapsed,
    confirmedAt: watched ? () => world.confirmed : undefined,
    dependsOn: ({ partner }) => [`partner:${partner}`],
    capacity,
    shareLookups: true,
  });
  const look = async (id: string): Promise<Entry | undefined> => {
    world.lookups += 1;
    const { version, partner } = world;
    if (world.hangs) await new Promise(() => undefined);
    if (world.fails) throw new Error("no store");
    return id.startsWith("none") ? undefined : { version, partner };
  };
  const versionOf = async (id = "k"): Promise<number | undefined> => (await cache.find(id, look)).entry?.version;
  return { world, cache, versionOf, look };
}

describe("with a watch", () => {
  test("an entry is used without a lookup for as long as news keep coming, however long that is", async () => {
    const { world, versionOf } = subject();
    for (let second = 0; second < 3_600; second += 1) {
      world.elapsed = second * 1_000;
      world.confirmed = world.elapsed - 500;
      expect(await versionOf()).toBe(1);
    }
    expect(world.lookups).toBe(1);
  });

  test("without news it is looked up again after a second, once a second", async () => {
    const { world, versionOf } = subject();
    for (world.elapsed = 0; world.elapsed < 10_000; world.elapsed += 100) await versionOf();
    expect(world.lookups).toBe(10);
  });

  test("what has changed is forgotten: by its id, by what it depends on, and all of a kind", async () => {
    const { world, cache, versionOf } = subject();
    for (const [changed, forgotten] of [
      ["key:k", true],
      ["key:other", false],
      ["partner:p", true],
      ["partner:q", false],
      ["key:*", true],
      ["partner:*", true],
      ["plan:*", false],
    ] as const) {
      await versionOf();
      const before = world.lookups;
      cache.forget(new Set([changed]));
      await versionOf();
      expect(world.lookups - before, changed).toBe(forgotten ? 1 : 0);
    }
    const before = world.lookups;
    cache.forget("everything");
    await versionOf();
    expect(world.lookups).toBe(before + 1);
  });

  test("a lookup that was underway when its record changed is not remembered, and nobody who comes later is given it", async () => {
    const { world, cache } = subject();
    let answer: (entry: Entry) => void = () => undefined;
    const slow = cache.find("k", () => new Promise<Entry>((resolve) => (answer = resolve)));
    cache.forget(new Set(["partner:p"]));
    world.version = 2;
    const later = await cache.find("k", async () => ({ version: 2, partner: "p" }));
    answer({ version: 1, partner: "p" });
    expect((await slow).entry?.version).toBe(1);
    expect(later.entry?.version).toBe(2);
    expect(cache.recall("k")?.entry?.version).toBe(2);
  });

  test("one that was underway when something else changed is remembered", async () => {
    const { cache } = subject();
    let answer: (entry: Entry) => void = () => undefined;
    const slow = cache.find("k", () => new Promise<Entry>((resolve) => (answer = resolve)));
    for (let number = 0; number < 5; number += 1) cache.forget(new Set([`key:${number}`]));
    answer({ version: 1, partner: "p" });
    await slow;
    expect(cache.recall("k")?.entry?.version).toBe(1);
  });

  test("that there is no such record is forgotten when it is made", async () => {
    const { world, cache, versionOf } = subject();
    expect(await versionOf("none1")).toBe(undefined);
    expect(await versionOf("none1")).toBe(undefined);
    expect(world.lookups).toBe(1);
    cache.forget(new Set(["key:none1"]));
    await versionOf("none1");
    expect(world.lookups).toBe(2);
  });
});

describe("when the store cannot be asked", () => {
  test("a known record is used to the hard bound after the last news, and then never again", async () => {
    const { world, versionOf } = subject();
    world.confirmed = 700;
    world.elapsed = 900;
    await versionOf();
    world.fails = true;
    let last = 0;
    for (; world.elapsed < 20_000; world.elapsed += 50) {
      const version = await versionOf().catch(() => undefined);
      if (version !== undefined) last = world.elapsed;
    }
    expect(last).toBeGreaterThanOrEqual(900 + hardBoundMs - 100);
    expect(last).toBeLessThan(900 + hardBoundMs);
  });

  test("it is asked twice a second, not by every request", async () => {
    const { world, versionOf } = subject();
    await versionOf();
    world.fails = true;
    for (world.elapsed = trustMs; world.elapsed < trustMs + 3_000; world.elapsed += 10) await versionOf();
    expect(world.lookups - 1).toBeLessThanOrEqual(6);
    expect(world.lookups - 1).toBeGreaterThanOrEqual(5);
  });

  test("that hangs, a request waits a moment and goes on with what is known; a change that is told meanwhile counts", async () => {
    const { world, cache, versionOf, look } = subject();
    await versionOf();
    world.elapsed = trustMs + 1;
    world.hangs = true;
    expect(await versionOf()).toBe(1);
    expect(cache.counts.unconfirmed).toBe(1);
    // Nobody waits again right after.
    expect(cache.find("k", look)).not.toBeInstanceOf(Promise);
    world.elapsed += 500;
    const waiting = Promise.resolve(cache.find("k", look)).then(() => "answered");
    cache.forget(new Set(["key:k"]));
    expect(await Promise.race([waiting, sleep(600).then(() => "still waiting")])).toBe("still waiting");
  });

  test("an unknown record is not said to be unknown for longer than a second", async () => {
    const { world, versionOf } = subject();
    await versionOf("none");
    world.fails = true;
    world.elapsed = trustMs - 1;
    expect(await versionOf("none")).toBe(undefined);
    world.elapsed = trustMs;
    await expect(versionOf("none")).rejects.toThrow("no store");
  });

  test("an entry that a failing store made old comes alive with the next news", async () => {
    const { world, versionOf } = subject();
    await versionOf();
    world.fails = true;
    world.elapsed = 4_000;
    expect(await versionOf()).toBe(1);
    world.confirmed = 3_900;
    world.elapsed = 4_800;
    const before = world.lookups;
    expect(await versionOf()).toBe(1);
    expect(world.lookups).toBe(before);
  });
});

test("without a watch an entry lives for a second, whatever the store does", async () => {
  const { world, versionOf } = subject({ watched: false });
  await versionOf();
  world.elapsed = trustMs - 1;
  world.version = 2;
  expect(await versionOf()).toBe(1);
  world.elapsed = trustMs;
  expect(await versionOf()).toBe(2);
  world.fails = true;
  world.elapsed = 2 * trustMs;
  await expect(versionOf()).rejects.toThrow("no store");
});

test("a hundred thousand known keys cost no lookup while there are news, and one more drives out the one used longest ago", async () => {
  const { world, versionOf, cache } = subject({ capacity: 100_000 });
  for (let number = 0; number < 100_000; number += 1) await versionOf(`k${number}`);
  world.elapsed = 60_000;
  world.confirmed = 59_900;
  for (let number = 0; number < 100_000; number += 1) await versionOf(`k${number}`);
  expect(world.lookups).toBe(100_000);
  await versionOf("k0");
  await versionOf("one more");
  expect(cache.recall("k1")).toBe(undefined);
  expect(cache.recall("k0")).not.toBe(undefined);
});

describe("the watch", () => {
  test("confirms the moment before it asked, asks once more when it is called meanwhile, and starts anew after a failure", async () => {
    let elapsed = 0;
    const asked: (string | undefined)[] = [];
    const states: string[] = [];
    const told: unknown[] = [];
    let fails = false;
    const watch = createChangeWatch({
      changes: {
        since: async (mark) => {
          asked.push(mark);
          elapsed += 30;
          await sleep(1);
          if (fails) throw new Error("gone");
          return { mark: `m${asked.length}`, changed: mark === undefined ? "everything" : new Set<string>() };
        },
      },
      elapsedMs: () => elapsed,
      onState: (state) => states.push(state),
    });
    watch.onChange((changed) => told.push(changed));
    expect(watch.confirmedAt()).toBe(Number.NEGATIVE_INFINITY);
    await watch.poll();
    expect([watch.confirmedAt(), asked]).toEqual([0, [undefined]]);
    await Promise.all([watch.poll(), watch.poll(), watch.poll()]);
    expect(asked).toEqual([undefined, "m1", "m2"]);
    expect(told).toEqual(["everything"]);
    fails = true;
    await watch.poll();
    await watch.poll();
    expect(watch.confirmedAt()).toBe(60);
    fails = false;
    await watch.poll();
    expect(asked.slice(-2)).toEqual([undefined, undefined]);
    expect(told).toEqual(["everything", "everything"]);
    expect(states).toEqual(["lost", "back"]);
    expect(watch.failedPolls()).toBe(2);
  });
});
