/** Events, their deliveries and what was sent are deleted when they are too old; what may still be sent is not. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { forgetOld } from "#control-plane/retention/forget.ts";
import { relayRound } from "#events/relay.ts";
import { retentionRecords } from "#store/retention.ts";
import { captured, type LogWorld, openLogWorld, queueOf } from "../events/log-world.ts";

let world: LogWorld;
beforeAll(async () => {
  world = await openLogWorld();
  await world.partner("ptr_a", "100");
});
afterAll(() => world.close());
beforeEach(() => world.clear());

const kept = { requestLogDays: 30, usageDays: 400, eventDays: 30 };
const forget = () =>
  forgetOld(
    retentionRecords(() => world.store),
    kept,
  );

async function counts(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<Record<string, number>>`
    SELECT (SELECT count(*)::integer FROM sluice.events) AS events, (SELECT count(*)::integer FROM sluice.partner_events) AS numbers,
      (SELECT count(*)::integer FROM sluice.deliveries) AS deliveries, (SELECT count(*)::integer FROM sluice.delivery_attempts) AS attempts,
      (SELECT count(*)::integer FROM sluice.event_bodies) AS bodies`.execute(world.store);
  return rows[0] ?? {};
}

/** As if the first of them had been recorded, and had ended, so many days ago. */
async function age(events: number, days: number): Promise<void> {
  await sql`UPDATE sluice.events SET recorded_at = now() - make_interval(days => ${days})
    WHERE id IN (SELECT event FROM sluice.partner_events WHERE seq <= ${events})`.execute(world.store);
  await sql`UPDATE sluice.deliveries SET created_at = now() - make_interval(days => ${days}), ended_at = ended_at - make_interval(days => ${days}) WHERE seq <= ${events}`.execute(
    world.store,
  );
}

test("events that are too old go with their numbers, ended deliveries, attempts and bodies; younger ones stay", async () => {
  const endpoint = await world.endpoint("ptr_a");
  await relayRound(world.parts, queueOf(Array.from({ length: 10 }, (_, at) => captured(`P${at}`))));
  await sql`UPDATE sluice.deliveries SET state = 'delivered', ended_at = now()`.execute(world.store);
  await sql`INSERT INTO sluice.delivery_attempts (endpoint, seq, attempt, at, ms, outcome) SELECT ${endpoint}, seq, 1, now(), 3, 'delivered' FROM sluice.deliveries`.execute(
    world.store,
  );
  await age(6, 31);
  expect(await forget()).toMatchObject({ events: 6, deliveries: 6, event_bodies: 6 });
  expect(await counts()).toEqual({ events: 4, numbers: 4, deliveries: 4, attempts: 4, bodies: 4 });
  expect(await forget()).toMatchObject({ events: 0, deliveries: 0, event_bodies: 0 });
});

test("a delivery that is pending or dead keeps the bytes it needs, and goes when it has ended", async () => {
  await world.endpoint("ptr_a");
  await relayRound(world.parts, queueOf(Array.from({ length: 3 }, (_, at) => captured(`P${at}`))));
  await sql`UPDATE sluice.deliveries SET state = 'dead', ended_at = now() WHERE seq = 1`.execute(world.store);
  await sql`UPDATE sluice.deliveries SET state = 'delivered', ended_at = now() WHERE seq = 2`.execute(world.store);
  await age(3, 31);
  await forget();
  expect(await counts()).toMatchObject({ events: 0, numbers: 0, deliveries: 2, bodies: 2 });
  await sql`UPDATE sluice.deliveries SET state = 'skipped', ended_at = now() - interval '31 days'`.execute(world.store);
  await forget();
  expect(await counts()).toMatchObject({ deliveries: 0, bodies: 0 });
});

test("what an endpoint that was deleted was to have is not kept for it", async () => {
  await world.endpoint("ptr_a");
  await relayRound(world.parts, queueOf([captured("P1")]));
  await sql`UPDATE sluice.webhook_endpoints SET deleted_at = now()`.execute(world.store);
  await age(1, 31);
  await forget();
  expect(await counts()).toEqual({ events: 0, numbers: 0, deliveries: 0, attempts: 0, bodies: 0 });
});

test("numbers go on where they were, also when nothing of a partner or a thing is kept", async () => {
  await relayRound(world.parts, queueOf([captured("P1"), captured("P1")]));
  await age(2, 31);
  await forget();
  await relayRound(world.parts, queueOf([captured("P1")]));
  const { rows } =
    await sql`SELECT concern.seq::integer AS seq, entity_seq::integer AS entity_seq FROM sluice.events JOIN sluice.partner_events AS concern ON concern.event = events.id`.execute(
      world.store,
    );
  expect(rows).toEqual([{ seq: 3, entity_seq: 3 }]);
});
