/** A store with endpoints and deliveries in it, a receiver that does as it is told, and workers between the two. */
import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import { type DeliveryParts, type DeliveryTerms, type DeliveryWorker, deliveryWorker, usualTerms } from "#events/deliver/worker.ts";
import { receiverGuard } from "#events/send/guard.ts";
import { resolveOnNode } from "#events/send/node/resolve-name.ts";
import { webhookSender } from "#events/send/node/send-webhook.ts";
import { connectStore, type Store } from "#store/connect.ts";
import type { DeliveryQueueOptions } from "#store/delivery-queue.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { createDatabase, gatewayTables } from "../../support/postgres.ts";

/** One arrival at the receiver. */
export interface Arrival {
  /** Path: `/<endpoint>`. */
  readonly endpoint: string;
  readonly event: string;
  readonly entity: string;
  readonly seq: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (arrival: Arrival, response: ServerResponse) => void;

export interface Site {
  readonly store: Store;
  readonly arrivals: Arrival[];
  /** What the receiver answers; 200 unless told. */
  answer: Answer;
  /** Added to the store's clock. */
  shiftMs: number;
  /** Ids, made as `active`. */
  endpoints(count: number): Promise<readonly string[]>;
  /** Deliveries of events with these entities, in order; numbers go on. */
  record(endpoint: string, entities: readonly string[]): Promise<void>;
  worker(own?: Partial<DeliveryParts>, terms?: Partial<DeliveryTerms>, options?: DeliveryQueueOptions): DeliveryWorker;
  /** Runs a bounded round. */
  round(terms?: Partial<DeliveryTerms>): Promise<void>;
  states(endpoint: string): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export const secret = randomBytes(32);

export async function openSite(): Promise<Site> {
  const database = await createDatabase(gatewayTables);
  const store = connectStore({ url: database.url, poolSize: 8, timeoutMs: 20_000, onBrokenConnection: () => undefined });
  await sql`INSERT INTO sluice.partners (id, name, created_at) VALUES ('ptr_test000000000001', 'Test', now())`.execute(store);
  const numbers = new Map<string, number>();
  const elapsedMs = (): number => performance.now();
  const sender = webhookSender({ guard: receiverGuard({ resolve: resolveOnNode(elapsedMs), privateHosts: new Set(), testLoopback: true }), elapsedMs });
  const receiver = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const { entity, seq } = JSON.parse(body);
      const arrival = { endpoint: (incoming.url ?? "").slice(1), event: String(incoming.headers["webhook-id"]), entity, seq, headers: incoming.headers, body };
      site.arrivals.push(arrival);
      site.answer(arrival, response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo; // it listens on TCP
  const workers: DeliveryWorker[] = [];

  const site: Site = {
    store,
    arrivals: [],
    answer: (_arrival, response) => void response.end("thanks"),
    shiftMs: 0,
    async endpoints(count) {
      const ids = Array.from({ length: count }, () => `we_${randomBytes(8).toString("hex")}`);
      await sql`
        INSERT INTO sluice.webhook_endpoints (id, partner, environment, url, types, api_version, scopes, signs, state, created_at, verified_at)
        SELECT id, 'ptr_test000000000001', 'test', 'http://127.0.0.1:' || ${port}::text || '/' || id, '{*}', '2026-01-01', '{}', 'hmac', 'active', now(), now()
        FROM unnest(${ids}::text[]) AS id`.execute(store);
      return ids;
    },
    async record(endpoint, entities) {
      const first = (numbers.get(endpoint) ?? 0) + 1;
      numbers.set(endpoint, first + entities.length - 1);
      const seqs = entities.map((_, at) => first + at);
      await store.transaction().execute(async (transaction) => {
        await sql`
          INSERT INTO sluice.event_bodies (partner, environment, seq, view, body)
          SELECT 'ptr_test000000000001', 'test', seq, ${endpoint}, convert_to(json_build_object('entity', entity, 'seq', seq)::text, 'UTF8')
          FROM unnest(${[...entities]}::text[], ${seqs}::bigint[]) AS made (entity, seq)`.execute(transaction);
        await sql`
          INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, created_at)
          SELECT ${endpoint}, seq, 'evt_' || lpad(md5(${endpoint} || seq)::text, 22, '0'), ${endpoint}, entity, now()
          FROM unnest(${[...entities]}::text[], ${seqs}::bigint[]) AS made (entity, seq)`.execute(transaction);
      });
    },
    worker(own, terms, options) {
      const made = deliveryWorker({
        queue: deliveryQueue(() => store, { shiftMs: () => site.shiftMs, ...options }),
        send: sender.send,
        signFor: async () => (id, timestamp, body) => ({
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest("base64")}`,
        }),
        terms: { ...usualTerms, ...terms },
        now: () => Date.now(),
        elapsedMs,
        random: Math.random,
        say: {
          disabled: () => undefined,
          failing: () => undefined,
          trouble: (error) => console.error(error),
          over: () => undefined,
          unsigned: () => undefined,
        },
        ...own,
      });
      workers.push(made);
      return made;
    },
    round: (terms) => site.worker({}, terms).run({ forMs: 10_000 }),
    async states(endpoint) {
      const { rows } = await sql<{ state: string; count: number }>`
        SELECT CASE WHEN parked THEN 'parked' ELSE state END AS state, count(*)::float8 AS count FROM sluice.deliveries WHERE endpoint = ${endpoint} GROUP BY 1`.execute(
        store,
      );
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop(0)));
      receiver.closeAllConnections();
      await new Promise<void>((resolve) => receiver.close(() => resolve()));
      await sender.close();
      await store.destroy();
      await database.drop();
    },
  };
  return site;
}
