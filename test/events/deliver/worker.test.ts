/** The worker that sends deliveries, over real tables and a real receiver. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());
beforeEach(() => {
  site.arrivals.length = 0;
  site.answer = (_arrival, response) => void response.end("thanks");
  site.shiftMs = 0;
});

test("what is recorded is sent once, in the order of each thing, and the attempt is kept", async () => {
  const [endpoint = ""] = await site.endpoints(1);
  await site.record(
    endpoint,
    Array.from({ length: 300 }, (_, at) => `orders ${at % 7}`),
  );
  await site.round();
  expect(await site.states(endpoint)).toEqual({ delivered: 300 });
  expect(new Set(site.arrivals.map(({ seq }) => seq)).size).toBe(300);
  for (let entity = 0; entity < 7; entity++) {
    const seqs = site.arrivals.filter((arrival) => arrival.entity === `orders ${entity}`).map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  }
});
