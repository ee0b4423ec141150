/** Whatever is done to deliveries, in whatever order: none is lost, and each thing's events reach an endpoint one after the other. */
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliveryRecords } from "#store/deliveries.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

type Step =
  | { readonly kind: "record"; readonly entities: readonly number[] }
  /** A round in which those entities fail. */
  | { readonly kind: "round"; readonly failing: readonly number[] }
  | { readonly kind: "later" | "suspend" | "resume" | "give-up" }
  | { readonly kind: "skip" | "resend"; readonly at: number };

const entity = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("record" as const), entities: fc.array(entity, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant("round" as const), failing: fc.subarray([0, 1, 2]) }),
  fc.record({ kind: fc.constantFrom("later" as const, "suspend" as const, "resume" as const, "give-up" as const) }),
  fc.record({ kind: fc.constantFrom("skip" as const, "resend" as const), at: fc.integer({ min: 1, max: 12 }) }),
);

test("captured is delivered, held, dead, pending and skipped at every moment, and no event overtakes another of its thing", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const [endpoint = ""] = await site.endpoints(1);
      const entities: number[] = [];
      // Numbers that are neither delivered nor passed over, as the steps and the receiver's answers make them.
      const open = new Set<number>();
      let suspended = false;
      let failing: readonly number[] = [];
      site.shiftMs = 0;
      const overtakers: number[] = [];
      site.answer = (arrival, response) => {
        const of = entities[arrival.seq - 1];
        if ([...open].some((seq) => seq < arrival.seq && entities[seq - 1] === of)) overtakers.push(arrival.seq);
        const fails = of !== undefined && failing.includes(of);
        if (!fails) open.delete(arrival.seq);
        response.writeHead(fails ? 500 : 200).end();
      };
      const inTransaction = <T>(work: (records: ReturnType<typeof deliveryRecords>) => Promise<T>): Promise<T> =>
        site.store.transaction().execute((transaction) => work(deliveryRecords(transaction)));

      for (const one of [...steps, { kind: "resume" }, { kind: "later" }, { kind: "round", failing: [] }] satisfies Step[]) {
        switch (one.kind) {
          case "record":
            for (const made of one.entities) open.add(entities.push(made));
            await site.record(
              endpoint,
              one.entities.map((made) => `orders ${made}`),
            );
            break;
          case "round":
            failing = one.failing;
            await site.round({ pollMs: 5 });
            break;
          case "later":
            site.shiftMs += 3_600_000;
            break;
          case "suspend":
          case "resume": {
            suspended = one.kind === "suspend";
            const state = suspended ? "suspended" : "active";
            await sql`UPDATE sluice.webhook_endpoints SET state = ${state}, failing_since = NULL,
              resumed_at = clock_timestamp() - interval '1 hour' WHERE id = ${endpoint}`.execute(site.store);
            break;
          }
          case "give-up":
            // As after the last attempt of those that have failed at least once and wait for another.
            await sql`UPDATE sluice.deliveries SET state = 'dead', ended_at = clock_timestamp() WHERE endpoint = ${endpoint} AND state = 'pending'
              AND NOT parked AND attempts > attempts_before`.execute(site.store);
            break;
          case "skip":
            if (await inTransaction((records) => records.skip(endpoint, one.at))) open.delete(one.at);
            break;
          case "resend": {
            const { resent } = await inTransaction((records) => records.resend(endpoint, {}, { after: one.at - 1, last: one.at, limit: 1 }));
            if (resent === 1) open.add(one.at);
          }
        }
        const { pending, held, delivered, dead, skipped } = await deliveryRecords(site.store).account(endpoint);
        expect(pending + held + delivered + dead + skipped).toBe(entities.length);
        expect(delivered + skipped).toBe(entities.length - open.size);
        expect(suspended ? pending : held).toBe(0);
        expect(overtakers).toEqual([]);
        const { rows: stuck } = await sql`
          SELECT seq FROM sluice.deliveries AS d WHERE endpoint = ${endpoint} AND parked AND NOT EXISTS (
            SELECT FROM sluice.deliveries AS e WHERE e.endpoint = d.endpoint AND e.entity = d.entity AND e.seq < d.seq AND e.state IN ('pending', 'dead'))`.execute(
          site.store,
        );
        expect(stuck).toEqual([]);
      }
      const { pending, held } = await deliveryRecords(site.store).account(endpoint);
      const { rows: behind } = await sql<{
        parked: number;
      }>`SELECT count(*)::integer AS parked FROM sluice.deliveries WHERE endpoint = ${endpoint} AND parked`.execute(site.store);
      // What is left waits for a dead one.
      expect(pending + held).toBe(behind[0]?.parked);
    }),
    { numRuns: 25 },
  );
});
