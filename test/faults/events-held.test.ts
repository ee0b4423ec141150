/** An endpoint that was disabled for a day, then resumed by its partner, through real processes: all that was held, each thing's in order, slowly at first. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { settled } from "../support/event-fleet.ts";
import { check } from "./depot/checker.ts";
import { type DepotFleet, depotFleet, depotPartners } from "./depot/fleet.ts";
import { depotClient } from "./depot/history.ts";

let gone = true;
let fleet: DepotFleet;
beforeAll(async () => {
  fleet = await depotFleet({
    parcels: 20,
    respond: (_receipt, { response }) => {
      if (!gone) return true;
      response.writeHead(410).end();
      return undefined;
    },
  });
}, 120_000);
afterAll(() => fleet?.close(), 60_000);

test("410 disables it; a day later it is resumed and gets what was held, in order, at a rate that grows", { timeout: 180_000 }, async () => {
  const { url } = await fleet.gateway();
  const endpoint = await fleet.endpoint(url, "First", "/day");
  const state = () =>
    fleet.store(
      async (store) => (await store.query<{ state: string }>("SELECT state FROM sluice.webhook_endpoints WHERE id = $1", [endpoint.id])).rows[0]?.state,
    );
  const told = () => fleet.store(async (store) => Number((await store.query("SELECT count(*) AS n FROM sluice.events WHERE resource = 'parcels'")).rows[0].n));

  // Of the accounts C1 and C2, both of them First's.
  const ids = Array.from({ length: 20 }, (_, at) => `P${at + 1}`).filter((id) => [0, 1].includes(Number(id.slice(1)) % 4));
  const client = depotClient(fleet.erpUrl, ids, Math.random);
  await client.hold(0);
  await settled(async () => ((await state()) === "disabled" ? "" : "it is not disabled"), 60_000);

  await client.work(12);
  for (let round = 0; round < 4; round += 1) await client.hold(0);
  const wanted = client.histories.reduce((sum, { events }) => sum + events.length, 0);
  await settled(async () => ((await told()) === wanted ? "" : `${await told()} of ${wanted} events`), 60_000);
  // And that it was disabled, which is told as well.
  expect(await fleet.sluice("delivery", "account", endpoint.id, "--json")).toContain(`"held":${wanted + 1}`);

  // A day goes by.
  await fleet.store(async (store) => {
    const day = "interval '1 day'";
    await store.query(`UPDATE sluice.deliveries SET created_at = created_at - ${day}, next_at = next_at - ${day}`);
    await store.query(`UPDATE sluice.events SET occurred_at = occurred_at - ${day}, recorded_at = recorded_at - ${day}`);
    await store.query(
      `UPDATE sluice.webhook_endpoints SET created_at = created_at - ${day}, verified_at = verified_at - ${day}, resumed_at = resumed_at - ${day}`,
    );
    await store.query(`UPDATE sluice.delivery_queues SET due_at = due_at - ${day}`);
  });
  gone = false;
  expect(fleet.receiver.receipts.filter(({ taken }) => taken)).toEqual([]);
  const resumed = await fetch(`${url}/v1/webhook-endpoints/${endpoint.id}/resume`, {
    method: "POST",
    headers: { Authorization: `Bearer ${fleet.keys.get("First")}`, "Idempotency-Key": crypto.randomUUID() },
  });
  expect(resumed.status, await resumed.text()).toBe(200);
  const taken = () => fleet.receiver.receipts.filter((receipt) => receipt.taken && receipt.entity.startsWith("parcels"));
  await settled(async () => (taken().length >= wanted ? "" : `${taken().length} of ${wanted} have arrived`), 120_000);

  const [first, last] = [taken()[0]?.at ?? 0, taken().at(-1)?.at ?? 0];
  const early = taken().filter(({ at }) => at < (first + last) / 2).length;
  expect(early, "in the first half of the time").toBeLessThan(wanted - early);
  const checked = await fleet.store((store) =>
    check(store, { histories: client.histories, partners: depotPartners, endpoints: [endpoint], receipts: fleet.receiver.receipts }),
  );
  // Each thing's in their order, among the rest.
  expect(checked.violations).toEqual([]);
});
