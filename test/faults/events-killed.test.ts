/** Relay and workers are killed at random, and the databases restarted, while an ERP changes: no committed change is lost or told twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GatewayProcess } from "../entry/gateway-process.ts";
import { settled } from "../support/event-fleet.ts";
import { check } from "./depot/checker.ts";
import { type DepotFleet, depotFleet, depotPartners } from "./depot/fleet.ts";
import { depotClient } from "./depot/history.ts";

/** The full form, with 200 kills and 20,000 changes, is run by `npm run faults`. */
const kills = Number(process.env["EVENT_KILLS"] ?? 12);
const changes = Number(process.env["EVENT_CHANGES"] ?? 600);
const restarts = Math.max(1, Math.floor(kills / 20));
/** How long a transaction stays open while all others commit. */
const heldMs = Number(process.env["EVENT_HELD_SECONDS"] ?? 5) * 1_000;

/** A lease that a killed worker left lasts a minute, and what failed is sent again after 5 s, 30 s and so on. */
const withinMs = 300_000;

const clients = 4;
const parcelsEach = 50;
let fleet: DepotFleet;

beforeAll(async () => {
  fleet = await depotFleet({
    parcels: (clients + 1) * parcelsEach,
    // One in fifty is refused, one in two hundred cut off after it was read.
    respond: (receipt, { response }) => {
      if (receipt.path === "/refuses") return false;
      const chance = Math.random();
      if (chance < 0.005) {
        response.socket?.destroy();
        return undefined;
      }
      return chance > 0.025;
    },
  });
}, 180_000);
afterAll(() => fleet?.close(), 60_000);

test(`in ${kills} kills and ${restarts} restarts no change is lost, doubled or out of order`, { timeout: 3_600_000 }, async () => {
  const { process: serving, url } = await fleet.gateway();
  const endpoints = [
    await fleet.endpoint(url, "First", "/first"),
    await fleet.endpoint(url, "Second", "/second"),
    await fleet.endpoint(url, "First", "/refuses"),
    await fleet.endpoint(url, "Second", "/suspended"),
  ];
  await fleet.sluice("endpoint", "suspend", endpoints[3]?.id ?? "");

  const fellOver: string[] = [];
  const killed = new Set<GatewayProcess>();
  const run = (one: GatewayProcess): GatewayProcess => {
    void one.ends().then((how) => {
      if (!killed.has(one)) fellOver.push(`${how}: ${one.err()}`);
    });
    return one;
  };
  const running = [run(serving), run(fleet.worker()), run(fleet.worker())];

  const ids = (client: number): string[] => Array.from({ length: parcelsEach }, (_, at) => `P${client * parcelsEach + at + 1}`);
  const writers = Array.from({ length: clients }, (_, client) => depotClient(fleet.erpUrl, ids(client), Math.random));
  const holder = depotClient(fleet.erpUrl, ids(clients), Math.random);
  const writing = Promise.all([...writers.map((writer) => writer.work(changes / clients)), holding()]);

  /** Again when a restart has cut it off: one that stayed open is to be committed behind all the others. */
  async function holding(): Promise<void> {
    while (holder.committed === 0) await holder.hold(heldMs);
  }

  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 1_300));
    const at = kill % running.length;
    const victim = running[at];
    if (victim === undefined) continue;
    killed.add(victim);
    victim.child.kill("SIGKILL");
    await victim.ends();
    const next = at === 0 ? (await fleet.gateway()).process : fleet.worker();
    // One that finds no database at its start refuses to: whoever keeps it running tries again.
    if (at > 0) await next.says("Working for");
    running[at] = run(next);
    if ((kill + 1) % Math.floor(kills / restarts) === 0) await fleet.server.restart(500);
  }
  await writing;

  const open = async (): Promise<string> =>
    fleet.store(async (store) => {
      const { rows } = await store.query<{ url: string; count: string }>(
        `SELECT e.url, count(*) AS count FROM sluice.deliveries d JOIN sluice.webhook_endpoints e ON e.id = d.endpoint
          WHERE d.state = 'pending' AND (e.url LIKE '%/first' OR e.url LIKE '%/second') GROUP BY e.url`,
      );
      const { rows: logged } = await store.query<{ count: string }>("SELECT count(*) AS count FROM sluice.events WHERE resource = 'parcels'");
      return rows.length === 0 && Number(logged[0]?.count) >= wanted ? "" : JSON.stringify({ wanted, logged: logged[0]?.count, pending: rows });
    });
  const histories = [...writers, holder].flatMap((writer) => writer.histories);
  const wanted = histories.reduce((sum, { events }) => sum + events.length, 0);
  const late = await settled(open, withinMs).then(
    () => "",
    (error: unknown) => `${String(error)}\n${fleet.said()}`,
  );

  const checked = await fleet.store((store) => check(store, { histories, partners: depotPartners, endpoints, receipts: fleet.receiver.receipts }));
  expect(checked.violations.slice(0, 20)).toEqual([]);
  expect(late).toBe("");
  expect(fleet.receiver.refused).toEqual([]);
  expect(fellOver).toEqual([]);
  expect(holder.committed).toBe(1);
  expect(checked.events).toBe(wanted);
  const { "/first": first, "/second": second, "/refuses": refuses, "/suspended": suspended } = checked.standing;
  expect(Object.keys(first ?? {})).toEqual(["delivered"]);
  expect(Object.keys(second ?? {})).toEqual(["delivered"]);
  expect(refuses?.["delivered"] ?? 0).toBe(0);
  expect(Object.keys(suspended ?? {})).toEqual(["held"]);
});
