/** Partners look at their own deliveries over HTTP, send them again and pass over them; nothing of others is found. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { answersChallenges } from "../support/receivers/answers-challenges.ts";
import { type Receiver, startReceiver } from "../support/receivers/receiver.ts";
import { partnerWorld } from "./partner.ts";

const world = partnerWorld();
let receiver: Receiver;
let path: string;
const eventOf = (seq: number): string => `evt_${String(seq).padStart(22, "0")}`;

beforeAll(async () => {
  receiver = await startReceiver({ behaviour: answersChallenges });
});
afterAll(() => receiver.close());

beforeEach(async () => {
  const { json } = await world().ask("POST", "/v1/webhook-endpoints", { url: `${receiver.url}/hook`, types: ["*"] });
  const id = String(json["id"]);
  path = `/v1/webhook-endpoints/${id}/deliveries`;
  await world().ask("POST", `/v1/webhook-endpoints/${id}/verify`);
  // Of five events the first is dead, and the second waits for it; the body of the fifth is no longer kept.
  await sql`
    WITH bodies AS (
      INSERT INTO sluice.event_bodies (partner, environment, seq, view, body)
      SELECT partner, environment, seq, ${id}, '{}' FROM sluice.webhook_endpoints, generate_series(1, 4) AS seq WHERE id = ${id})
    INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, state, parked, attempts, created_at, ended_at)
    SELECT ${id}, seq, 'evt_' || lpad(seq::text, 22, '0'), ${id}, 'orders ' || CASE WHEN seq < 3 THEN 1 ELSE seq END,
      CASE seq WHEN 1 THEN 'dead' WHEN 2 THEN 'pending' ELSE 'delivered' END, seq = 2, CASE seq WHEN 1 THEN 12 WHEN 2 THEN 0 ELSE 1 END,
      '2026-11-24T12:00:00Z'::timestamptz + seq * interval '1 hour', CASE WHEN seq <> 2 THEN now() END
    FROM generate_series(1, 5) AS seq`.execute(world().store);
  await sql`
    INSERT INTO sluice.delivery_attempts (endpoint, seq, attempt, at, ms, outcome, status, answer)
    SELECT ${id}, 1, attempt, now(), 12.5, 'status', 503, 'down' FROM generate_series(1, 12) AS attempt`.execute(world().store);
});

const seqs = (json: Readonly<Record<string, unknown>>): unknown[] => (Array.isArray(json["data"]) ? json["data"].map(({ seq }) => seq) : []);

it("lists them newest first, in pages, by state and time", async () => {
  const first = await world().ask("GET", `${path}?limit=2`);
  expect(first.status, first.text).toBe(200);
  expect(seqs(first.json)).toEqual([5, 4]);
  const next = await world().ask("GET", `${path}?limit=2&cursor=${first.json["next_cursor"]}`);
  expect(seqs(next.json)).toEqual([3, 2]);
  expect(seqs((await world().ask("GET", `${path}?state=dead,pending`)).json)).toEqual([2, 1]);
  expect(seqs((await world().ask("GET", `${path}?since=2026-11-24T15:00:00Z&until=2026-11-24T17:00:00Z`)).json)).toEqual([4, 3]);
  expect(await world().ask("GET", `${path}?state=lost`)).toMatchObject({ status: 400, json: { code: "invalid-parameter" } });
  expect(await world().ask("GET", `${path}?colour=red`)).toMatchObject({ status: 400, json: { code: "unknown-parameter" } });
  expect(await world().ask("GET", `${path}?state=dead&cursor=${first.json["next_cursor"]}`)).toMatchObject({ status: 400, json: { code: "invalid-cursor" } });
});

it("shows one with every attempt", async () => {
  const { status, json, text } = await world().ask("GET", `${path}/${eventOf(1)}`);
  expect(status, text).toBe(200);
  expect(json).toMatchObject({ event: eventOf(1), seq: 1, state: "dead", attempts: 12, parked: false });
  expect(json["tried"]).toHaveLength(12);
  expect(json["tried"]).toContainEqual(expect.objectContaining({ attempt: 12, outcome: "status", status: 503, answer: "down", truncated: false }));
  expect((await world().ask("GET", `${path}/${eventOf(2)}`)).json).toMatchObject({ state: "pending", parked: true, tried: [] });
  expect(await world().ask("GET", `${path}/${eventOf(77)}`)).toMatchObject({ status: 404, json: { code: "not-found" } });
});

it("sends one again, and passes over one, once", async () => {
  expect(await world().ask("POST", `${path}/${eventOf(5)}/resend`)).toMatchObject({ status: 409, json: { code: "delivery-not-kept" } });
  expect(await world().ask("POST", `${path}/${eventOf(4)}/skip`)).toMatchObject({ status: 409, json: { code: "delivery-ended" } });
  const resent = await world().ask("POST", `${path}/${eventOf(4)}/resend`);
  expect(resent, resent.text).toMatchObject({ status: 200, json: { event: eventOf(4) } });
  const skipped = await world().ask("POST", `${path}/${eventOf(1)}/skip`);
  expect(skipped, skipped.text).toMatchObject({ status: 200, json: { state: "skipped" } });
  expect((await world().ask("GET", `${path}/${eventOf(2)}`)).json).toMatchObject({ parked: false });
});

it("sends again all that match, and says how many and how many cannot be", async () => {
  const all = await world().ask("POST", `${path}/resend`, { states: ["dead", "delivered"] });
  expect(all, all.text).toMatchObject({ status: 200, json: { resent: 3, not_kept: 1 } });
  expect(await world().ask("POST", `${path}/resend`)).toMatchObject({ status: 200, json: { resent: 0, not_kept: 0 } });
  expect(await world().ask("POST", `${path}/resend`, { states: ["lost"] })).toMatchObject({ status: 422 });
});

it("is nothing that a path can be made to mean otherwise", async () => {
  for (const tried of [
    `${path}/`,
    `${path}/*`,
    `${path}/${eventOf(1)}/`,
    `${path}/${eventOf(1)}/*`,
    `${path}/${eventOf(1)}/resend/`,
    `${path}//resend`,
    `${path}%2F${eventOf(1)}`,
  ])
    expect(await world().ask("GET", tried), tried).toMatchObject({ status: 404 });
  expect(await world().ask("DELETE", `${path}/${eventOf(1)}`)).toMatchObject({ status: 405 });
  expect(await world().ask("GET", `${path}/${eventOf(1)}/resend`)).toMatchObject({ status: 405 });
  expect(await world().ask("GET", `${path}/%ff`)).toMatchObject({ status: 400 });
  const others = path.replace(/we_\w+/, "we_0000000000000000");
  expect(await world().ask("GET", others)).toMatchObject({ status: 404 });
  expect(await world().ask("POST", `${others}/resend`)).toMatchObject({ status: 404 });
});
