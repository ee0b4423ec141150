/** Keys are revoked under load, and three processes are watched for how long they go on to accept them. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { hardBoundMs } from "#control-plane/credentials/record-cache.ts";
import { perform } from "#control-plane/perform.ts";
import { withClient } from "../projects/demo/databases.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { type Fleet, openFleet, send, steadily } from "./gateway-fleet.ts";

/** The full form, with 1000 requests a second and 100 revocations, is run by `npm run faults`. */
const perSecond = Number(process.env["REVOCATION_RATE"] ?? 120);
const revocations = Number(process.env["REVOCATIONS"] ?? 12);
/** Keys in use at any moment. */
const live = 4;
const everyMs = 300;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
}, 120_000);
afterAll(() => fleet?.stop());

describe.for([
  ["over the notification channel", {}, false],
  ["with the channel switched off", { STORE_LISTEN: "false" }, false],
  ["with the channel's connections ended again and again", {}, true],
] as const)("%s", ([_, variables, cut]) => {
  test(`of ${revocations} revocations at ${perSecond} requests a second over three processes, 99 % are seen within a second and none later than five`, {
    timeout: 600_000,
  }, async () => {
    const members = await Promise.all([1, 2, 3].map(() => fleet.start(variables)));
    const keys = await Promise.all(Array.from({ length: live }, () => fleet.issueKey()));
    /** By key and process: when the last request that was accepted had been sent. */
    const accepted = new Map<string, number>();
    const seen = new Map<string, number>();
    const load = steadily(perSecond, async (count) => {
      const member = members[count % members.length];
      const key = keys[Math.floor(count / members.length) % keys.length];
      if (member === undefined || key === undefined) return;
      const { status, code, at } = await send(member.port, key.token);
      seen.set(`${status} ${code}`.trim(), (seen.get(`${status} ${code}`.trim()) ?? 0) + 1);
      const name = `${key.id} ${member.port}`;
      if (status === 200) accepted.set(name, Math.max(accepted.get(name) ?? 0, at));
    });
    const cutting = cut ? cutChannel(fleet.storeUrl) : undefined;

    const revoked: { readonly id: string; readonly at: number }[] = [];
    await sleep(1_500);
    for (let number = 0; number < revocations; number += 1) {
      const key = keys[number % live];
      if (key === undefined) throw new Error("no key");
      await did(perform(fleet.plane, keyRevoke, { key: key.id }, askingAt(Date.now())));
      revoked.push({ id: key.id, at: performance.now() });
      // Requests with it go on, so that it would be noticed if it were accepted again; a new one takes its turn later.
      await sleep(everyMs);
      if (number + live < revocations) setTimeout(() => void replace(keys, number % live), live * everyMs - 100);
    }
    await sleep(hardBoundMs + 500);
    const { perSecond: reached } = await load.stop();
    await cutting?.stop();

    const delays = revoked.flatMap(({ id, at }) => members.map(({ port }) => Math.max(0, (accepted.get(`${id} ${port}`) ?? 0) - at))).sort((a, b) => a - b);
    const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? 0;
    const shown = {
      reached: Math.round(reached),
      median: Math.round(delays[delays.length >> 1] ?? 0),
      p99: Math.round(p99),
      worst: Math.round(delays.at(-1) ?? 0),
    };
    console.log(`revocation: ${JSON.stringify(shown)}, answers ${JSON.stringify([...seen])}${cutting ? `, connections cut ${cutting.cuts()}` : ""}`);
    expect([...seen.keys()].sort()).toEqual(["200", "401 unauthenticated"]);
    for (const { id } of revoked)
      expect(
        members.every(({ port }) => accepted.has(`${id} ${port}`)),
        `${id} was in use everywhere`,
      ).toBe(true);
    expect(p99).toBeLessThan(1_000);
    expect(delays.at(-1)).toBeLessThan(hardBoundMs);
    if (cutting) expect(cutting.cuts()).toBeGreaterThan(members.length);
    for (const { child } of members) child.kill("SIGKILL");
  });
});

async function replace(keys: { id: string; token: string }[], at: number): Promise<void> {
  keys[at] = await fleet.issueKey();
}

/** Ends whatever listens, as an administrator or a firewall would, faster than it can be of use. */
function cutChannel(url: string): { stop(): Promise<void>; cuts(): number } {
  let over = false;
  let cuts = 0;
  const ended = withClient(url, async (client) => {
    while (!over) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
      );
      cuts += rowCount ?? 0;
      await sleep(20);
    }
  });
  return {
    cuts: () => cuts,
    async stop() {
      over = true;
      await ended;
    },
  };
}
