/** An ERP that takes none of the gateway's tables: orders are placed at most once, and known again by the partner's own number. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { losesReference } from "./bare-shop.ts";
import { anOrder, type BareShop, serveBareShop } from "./serve-bare-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => without("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => without("mariadb", at));

function without(dialect: ShopDialect, at: string | undefined): void {
  let shop: BareShop;
  beforeAll(async () => {
    shop = await serveBareShop(dialect, at);
  }, 120_000);
  afterAll(() => shop?.close());

  test("an order is placed, and nothing of the gateway's is left in the ERP", async () => {
    const placed = await shop.place({ order: anOrder("first") });
    expect(placed.status, placed.text).toBe(201);
    const [ordno] = await shop.ordersOf("first");
    expect(placed.headers.get("location")).toBe(`/v1/orders/${ordno}`);
    expect(placed.body).toMatchObject({ id: ordno, reference: "first", margin: 5, lines: [{ line_no: 1, product_id: "A", quantity: 2 }] });
    expect(placed.headers.get("etag")).toBe((await shop.send("GET", `/v1/orders/${ordno}`)).headers.get("etag"));
    const traces =
      dialect === "postgres"
        ? "SELECT 1 FROM pg_namespace WHERE nspname = 'sluice'"
        : "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'sluice%'";
    expect(await shop.database.rows(traces)).toEqual([]);
  });

  test("a repetition is the same to the byte, through another process, under another key of the partner, and after a restart", async () => {
    const idempotencyKey = randomUUID();
    const order = anOrder("again");
    const first = await shop.place({ idempotencyKey, order });
    expect(first.status).toBe(201);
    const other = await shop.key("first", ["orders:read", "orders:write", "orders.margin:read"]);
    for (const again of [
      await shop.place({ idempotencyKey, order }, 1),
      await shop.place({ idempotencyKey, order, key: other }),
      await shop.place({ idempotencyKey, order }, await shop.another()),
    ]) {
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    }
    expect(await shop.ordersOf("again")).toHaveLength(1);
  });

  test("a repetition by a key that may not read what is in the answer is refused", async () => {
    const idempotencyKey = randomUUID();
    const order = anOrder("scopes");
    await shop.place({ idempotencyKey, order });
    const lesser = await shop.key("first", ["orders:read", "orders:write"]);
    expect((await shop.place({ idempotencyKey, order, key: lesser })).status).toBe(403);
  });

  test("the key of another request, and the same key of another partner, are told apart", async () => {
    const idempotencyKey = randomUUID();
    await shop.place({ idempotencyKey, order: anOrder("mine") });
    const reused = await shop.place({ idempotencyKey, order: anOrder("mine", { note: "more" }) });
    expect([reused.status, reused.body["code"]]).toEqual([422, "idempotency-key-reused"]);
    const theirs = await shop.place({ idempotencyKey, order: anOrder("mine", { customer_id: "C3" }), key: shop.keys.second });
    expect(theirs.status, theirs.text).toBe(201);
    expect(await shop.ordersOf("mine")).toHaveLength(2);
  });

  test("a number that was used before is a duplicate, whoever entered the order, and leaves the key unused", async () => {
    await shop.place({ order: anOrder("twice") });
    const [ordno] = await shop.ordersOf("twice");
    const idempotencyKey = randomUUID();
    const second = await shop.place({ idempotencyKey, order: anOrder("twice") });
    expect([second.status, second.body["code"], second.headers.get("location")]).toEqual([409, "duplicate", `/v1/orders/${ordno}`]);
    const renumbered = await shop.place({ idempotencyKey, order: anOrder("not twice") });
    expect(renumbered.status, renumbered.text).toBe(201);

    await shop.database.run("INSERT INTO ordhdr VALUES ('P1', 'C2', '10', 'by phone', '', '', '', 5, 'DHL', '', 0, '2026-01-01 00:00:00')");
    const phoned = await shop.place({ order: anOrder("by phone") });
    expect([phoned.status, phoned.body["code"], phoned.headers.get("location")]).toEqual([409, "duplicate", "/v1/orders/P1"]);
    expect(await shop.ordersOf("twice")).toHaveLength(1);
  });

  test("numbers are compared letter by letter, whatever the database takes for the same", async () => {
    for (const reference of ["po-é", "PO-É", "po-e", "po-e."]) {
      const placed = await shop.place({ order: anOrder(reference) });
      expect(placed.status, `${reference}: ${placed.text}`).toBe(201);
    }
  });

  test("an order without a number is refused, and so is one that is no number", async () => {
    for (const reference of [undefined, "", "   "]) {
      const refused = await shop.place({ order: { ...anOrder("x"), reference } });
      expect(refused.status).toBe(422);
      expect(refused.body).toMatchObject({ code: "invalid-body", errors: [{ pointer: "/reference" }] });
    }
    const long = await shop.place({ order: anOrder("x".repeat(21)) });
    expect(long.body).toMatchObject({ code: "invalid-body", errors: [{ pointer: "/reference", code: "too-long" }] });
    const lost = await shop.place({ order: anOrder("lost", { lines: [{ product_id: "no such", quantity: 1 }] }) });
    expect(lost.body).toMatchObject({ code: "invalid-body", errors: [{ pointer: "/lines/0/product_id" }] });
  });

  test("what the ERP's rules refuse is refused again, to the byte, and has no effect", async () => {
    const idempotencyKey = randomUUID();
    const order = anOrder("too much", { lines: [{ product_id: "A", quantity: 1001 }] });
    const refused = await shop.place({ idempotencyKey, order });
    expect([refused.status, refused.body["code"]]).toEqual([422, "command-refused"]);
    const again = await shop.place({ idempotencyKey, order }, 1);
    expect([again.status, again.text, again.headers.get("idempotency-replayed")]).toEqual([422, refused.text, "true"]);
    expect(await shop.ordersOf("too much")).toEqual([]);
  });

  test("an order that could not be found again by its number is undone, and its key is not used up", async () => {
    const before = await shop.database.rows("SELECT COUNT(*) FROM ordhdr");
    const idempotencyKey = randomUUID();
    const failed = await shop.place({ idempotencyKey, order: anOrder("unfindable", { note: losesReference }) });
    expect([failed.status, failed.body["code"]]).toEqual([500, "command-failed"]);
    expect(await shop.database.rows("SELECT COUNT(*) FROM ordhdr")).toEqual(before);
    expect(shop.gateways[0]?.log()).toContain("orders.place made a thing that is not found by its reference");
    expect((await shop.place({ idempotencyKey, order: anOrder("findable") })).status).toBe(201);
  });

  test("of 50 identical requests through two processes one has an effect", async () => {
    const idempotencyKey = randomUUID();
    const order = anOrder("fifty");
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => shop.place({ idempotencyKey, order }, index % 2)));
    for (const { status, text } of answers) expect([201, 409, 503], text).toContain(status);
    for (const { body } of answers.filter(({ status }) => status === 409)) expect(body["code"]).toBe("in-progress");
    expect(answers.filter(({ status, headers }) => status === 201 && headers.get("idempotency-replayed") === null).length).toBeLessThanOrEqual(1);
    const last = await shop.insist({ idempotencyKey, order });
    for (const { text } of answers.filter(({ status }) => status === 201)) expect(text).toBe(last.text);
    expect(await shop.ordersOf("fifty")).toHaveLength(1);
  });

  test("400 requests over 20 keys have 20 effects, and one answer each", async () => {
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const texts = keys.map(() => new Set<string>());
    const requests = Array.from({ length: 400 }, (_, index) => index);
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let index = requests.pop(); index !== undefined; index = requests.pop()) {
          const number = index % keys.length;
          const answer = await shop.insist({ idempotencyKey: keys[number] ?? "", order: anOrder(`n${number}`) }, Math.floor(index / 20) % 2);
          expect(answer.status, answer.text).toBe(201);
          texts[number]?.add(answer.text);
        }
      }),
    );
    expect(texts.map((seen) => seen.size)).toEqual(keys.map(() => 1));
    expect(await shop.database.rows("SELECT COUNT(*), COUNT(DISTINCT refno) FROM ordhdr WHERE refno LIKE 'n%' AND refno <> 'not twice'")).toEqual([
      dialect === "postgres" ? ["20", "20"] : [20, 20],
    ]);
  }, 60_000);

  test("of 40 requests with one number under keys of their own, by two partners who share an account, one has an effect", async () => {
    const keys = [shop.keys.first, shop.keys.sharing];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => shop.place({ order: anOrder("forty"), key: keys[index % 2] ?? "" }, Math.floor(index / 2) % 2)),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    for (const { body, status } of answers.filter(({ status }) => status === 409)) expect(["in-progress", "duplicate"], String(status)).toContain(body["code"]);
    const last = await shop.insist({ order: anOrder("forty") });
    expect([201, 409]).toContain(last.status);
    expect(await shop.ordersOf("forty")).toHaveLength(1);
  });

  test("a batch tells of each order, and repeats safely", async () => {
    const item = (reference: string, idempotency_key: string) => ({ command: "place", idempotency_key, body: anOrder(reference) });
    const keys = [randomUUID(), randomUUID(), randomUUID()] as const;
    const body = { items: [item("b1", keys[0]), item("b2", keys[1]), item("b1", keys[2])] };
    const statuses = ({ body: { results } }: { readonly body: Readonly<Record<string, unknown>> }) =>
      (results as { status: number }[]).map(({ status }) => status);
    const first = await shop.send("POST", "/v1/orders/batch", { body, idempotencyKey: null });
    expect(first.status, first.text).toBe(200);
    expect(statuses(first)).toEqual([201, 201, 409]);
    expect(statuses(await shop.send("POST", "/v1/orders/batch", { body, idempotencyKey: null }))).toEqual([201, 201, 409]);
    expect(await shop.ordersOf("b1")).toHaveLength(1);
  });

  test("what is stored of answers can be read by nobody without the gateway's secret", async () => {
    const rows = await shop.receipts();
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.every(([state]) => state === "done")).toBe(true);
  });
}
