/** A store with partners, endpoints and changes to record, for tests of the event log. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { z } from "zod";
import type { Captured } from "#contract/captured.ts";
import { defineContract } from "#contract/contract.ts";
import { eventBodies } from "#contract/event-bodies.ts";
import { wire } from "#contract/wire.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import type { RelayParts } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";

const version = "2026-11-01";

const parcels = defineContract({
  name: "parcels",
  singular: "parcel",
  team: "shipping",
  summary: "Parcels.",
  model: z.object({ id: wire.id(), status: z.enum(["packed", "sent"]), note: z.string().nullable(), weight: wire.decimal(), cost: wire.decimal() }),
  reads: { list: { scope: "parcels:read" }, get: { scope: "parcels:read" } },
  hide: { cost: "parcels.cost:read" },
  events: (on) => ({
    "parcel.packed": on.created(),
    "parcel.changed": on.changed("note"),
    "parcel.sent": on.changed("status", { to: "sent" }),
    "parcel.cost_changed": on.changed("cost"),
    "parcel.removed": on.deleted(),
  }),
});

const bodies = eventBodies([parcels], () => undefined);
const fanOut = fanOutOf(bodies);
const everyScope: ReadonlySet<string> = new Set(["events:read", "parcels:read", "parcels.cost:read", "webhooks:read"]);

export interface LogWorld {
  readonly store: Store;
  readonly url: string;
  readonly parts: RelayParts;
  /** With these accounts in the live environment. */
  partner(id: string, ...accounts: readonly string[]): Promise<void>;
  /** Its id. */
  endpoint(partner: string, terms?: EndpointTerms): Promise<string>;
  /** Everything of the log is forgotten; partners stay. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface EndpointTerms {
  readonly types?: readonly string[];
  readonly scopes?: Iterable<string>;
  readonly state?: "unverified" | "active" | "suspended" | "disabled";
}

export async function openLogWorld(poolSize = 8): Promise<LogWorld> {
  const database = await createDatabase(gatewayTables);
  const store = connectStore({ url: database.url, poolSize, timeoutMs: 10_000, onBrokenConnection: () => undefined });
  return {
    store,
    url: database.url,
    parts: { rulesOf: (resource) => (resource === "parcels" ? parcels.events : {}), records: eventLog(() => store), fanOut, now: Date.now },
    async partner(id, ...accounts) {
      await sql`INSERT INTO sluice.partners (id, name, created_at) VALUES (${id}, ${id}, now())`.execute(store);
      for (const account of accounts)
        await sql`INSERT INTO sluice.partner_accounts (partner, environment, account) VALUES (${id}, 'live', ${account})`.execute(store);
    },
    async endpoint(partner, { types = ["*"], scopes = everyScope, state = "active" } = {}) {
      const id = `we_${randomBytes(8).toString("hex")}`;
      await sql`
        INSERT INTO sluice.webhook_endpoints (id, partner, environment, url, types, api_version, scopes, signs, state, created_at, verified_at)
        VALUES (${id}, ${partner}, 'live', 'https://hooks.example.com/', ${[...types]}::text[], ${version}::date, ${[...scopes]}::text[], 'hmac', ${state}, now(), ${state === "unverified" ? null : new Date()})`.execute(
        store,
      );
      return id;
    },
    async clear() {
      await sql`TRUNCATE sluice.events, sluice.partner_events, sluice.partner_heads, sluice.entity_heads, sluice.event_bodies, sluice.deliveries, sluice.delivery_attempts, sluice.webhook_endpoints CASCADE`.execute(
        store,
      );
    },
    async close() {
      await store.destroy();
      await database.drop();
    },
  };
}

let keys = 0;

export function parcel(id: string, more: Readonly<Record<string, unknown>> = {}) {
  return { id, status: "packed", note: null, weight: "1.500", cost: "9.90", ...more };
}

/** A change of a parcel; created without `before`. */
export function captured(id: string, terms: Partial<Captured> = {}): Captured {
  keys += 1;
  const after = "after" in terms ? terms.after : parcel(id);
  return {
    key: `k${keys}`,
    resource: "parcels",
    id,
    operation: "created",
    before: undefined,
    after,
    changed: new Set(),
    accounts: ["100"],
    at: Date.UTC(2026, 10, 24, 9, 30),
    origin: "erp",
    ...terms,
  };
}

/** A queue in memory, as far as the relay can tell: what is recorded is taken out, in any other case it comes again. */
export function queueOf(waiting: readonly Captured[], name = "erp live triggers"): CaptureSource & { readonly left: () => number } {
  let queue = [...waiting];
  return {
    name,
    source: "erp",
    environment: "live",
    left: () => queue.length,
    async next(limit) {
      const batch = queue.slice(0, limit);
      return {
        captured: batch,
        more: queue.length > limit,
        recorded: async () => {
          const done = new Set(batch.map(({ key }) => key));
          queue = queue.filter(({ key }) => !done.has(key));
        },
      };
    },
    lag: async () => ({ waiting: queue.length, oldestMs: queue.length === 0 ? undefined : 0 }),
  };
}
