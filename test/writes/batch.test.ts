/** Batches: what happened to each item, and what a repetition of the whole does. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { anOrder, type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => batches("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => batches("mariadb", at));

interface Result {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | null;
}

function batches(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop(dialect, at);
  }, 120_000);
  afterAll(() => shop?.close());

  const send = (items: unknown, sending = {}) => shop.send("POST", "/v1/orders/batch", { idempotencyKey: null, body: { items }, ...sending });
  const count = async (): Promise<number> => Number((await shop.database.rows("SELECT COUNT(*) FROM ordhdr"))[0]?.[0]);
  const place = (order: object, idempotency_key: string = randomUUID()) => ({ command: "place", idempotency_key, body: { ...anOrder, ...order } });

  test("good, bad, conflicting and repeated items are each told of, in order, and the whole repeats safely", async () => {
    const placed = await shop.place();
    const id = String(placed.body["id"]);
    const repeated = randomUUID();
    await shop.database.run(`UPDATE ordhdr SET reqdt = '2027-03-01' WHERE ordno = '${id}'`);
    const before = await count();
    const items = [
      place({ reference: "one" }),
      place({ lines: [] }),
      place({ lines: [{ product_id: "A", quantity: 5_000 }] }),
      place({ customer_id: "C3" }),
      { command: "amend", id, idempotency_key: randomUUID(), if_match: placed.headers.get("etag"), body: { requested_on: "2027-04-01" } },
      place({ reference: "two" }, repeated),
      place({ reference: "two" }, repeated),
      place({ reference: "three" }, repeated),
      { command: "cancel", id, idempotency_key: randomUUID() },
      { command: "cancel", id: "NOBODY", idempotency_key: randomUUID() },
      { command: "remove", id, idempotency_key: randomUUID() },
    ];
    const answer = await send(items);
    expect(answer.status, answer.text).toBe(200);
    const results = answer.body["results"] as Result[];
    expect(results.map(({ status, body }) => [status, body?.["code"]])).toEqual([
      [201, undefined],
      [422, "invalid-body"],
      [422, "command-refused"],
      [422, "invalid-body"],
      [412, "precondition-failed"],
      [201, undefined],
      [201, undefined],
      [422, "idempotency-key-reused"],
      [200, undefined],
      [404, "not-found"],
      [428, "precondition-required"],
    ]);
    expect(answer.body["summary"]).toEqual({ total: 11, succeeded: 4, failed: 7, replayed: 1 });
    expect(results[0]?.headers).toMatchObject({ Location: `/v1/orders/${String(results[0]?.body?.["id"])}` });
    expect(results[6]).toMatchObject({ headers: { "Idempotency-Replayed": "true" }, body: results[5]?.body });
    expect(await count()).toBe(before + 2);

    const again = await send(items);
    expect(await count()).toBe(before + 2);
    const repeatedResults = again.body["results"] as Result[];
    for (const index of [0, 2, 5, 6, 8]) expect(repeatedResults[index]).toMatchObject({ status: results[index]?.status, body: results[index]?.body });
    expect(again.body["summary"]).toEqual({ total: 11, succeeded: 4, failed: 7, replayed: 5 });
  });

  test("an item is the same request as one sent alone", async () => {
    const idempotency_key = randomUUID();
    const alone = await shop.place({ idempotencyKey: idempotency_key });
    const [result] = (await send([place({}, idempotency_key)])).body["results"] as Result[];
    expect(result).toMatchObject({ status: 201, headers: { "Idempotency-Replayed": "true" }, body: alone.body });
  });

  test("each item needs the scope of its command", async () => {
    const placed = await shop.place();
    const key = await shop.key("first", ["orders:write"]);
    const answer = await send([place({}), { command: "cancel", id: placed.body["id"], idempotency_key: randomUUID() }], { key });
    expect((answer.body["results"] as Result[]).map(({ status }) => status)).toEqual([201, 403]);
    expect((await send([place({})], { key: await shop.key("first", ["orders:read"]) })).status).toBe(403);
  });

  test.each([
    [undefined, "/items"],
    [[], "/items"],
    [Array.from({ length: 101 }, () => place({})), "/items"],
    [["place"], "/items/0"],
    [[{ command: "explode", idempotency_key: "0123456789abcdef" }], "/items/0/command"],
    [[{ command: "place", body: {} }], "/items/0/idempotency_key"],
    [[{ ...place({}), surprise: 1 }], "/items/0/surprise"],
    [[{ ...place({}), id: "R1" }], "/items/0/id"],
    [[{ command: "cancel", idempotency_key: "0123456789abcdef" }], "/items/0/id"],
  ])("a batch of another form is refused as a whole: %#", async (items, pointer) => {
    const before = await count();
    const answer = await send(items);
    expect([answer.status, answer.body["code"]], answer.text).toEqual([422, "invalid-body"]);
    expect((answer.body["errors"] as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
    expect(await count()).toBe(before);
  });

  test("a key for the whole is refused, so that nobody takes the batch for one request", async () => {
    const answer = await send([place({})], { idempotencyKey: randomUUID() });
    expect([answer.status, answer.body["code"]]).toEqual([400, "idempotency-key-malformed"]);
  });
}
