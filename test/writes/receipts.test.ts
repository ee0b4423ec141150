/** Each row of the table of receipts over HTTP, on both databases. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { allScopes, anOrder, type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => receipts("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => receipts("mariadb", at));

function receipts(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop(dialect, at);
  }, 120_000);
  afterAll(() => shop?.close());

  const receiptName = dialect === "postgres" ? "sluice.receipt" : "sluice_receipt";
  const count = async (table: string): Promise<number> => Number((await shop.database.rows(`SELECT COUNT(*) FROM ${table}`))[0]?.[0]);
  /** What a piece of work adds to the ERP's orders and to the receipts. */
  async function added(work: () => Promise<unknown>): Promise<{ readonly orders: number; readonly receipts: number }> {
    const before = [await count("ordhdr"), await count(receiptName)];
    await work();
    return { orders: (await count("ordhdr")) - (before[0] ?? 0), receipts: (await count(receiptName)) - (before[1] ?? 0) };
  }

  test("a first use is carried out, and stored", async () => {
    let placed: Awaited<ReturnType<ServedShop["place"]>> | undefined;
    expect(
      await added(async () => {
        placed = await shop.place();
      }),
    ).toEqual({ orders: 1, receipts: 1 });
    expect(placed?.status, placed?.text).toBe(201);
    expect(placed?.headers.get("location")).toBe(`/v1/orders/${String(placed?.body["id"])}`);
    expect(placed?.headers.get("idempotency-replayed")).toBeNull();
    expect(placed?.body).toMatchObject({ reference: "PO 7", status: "entered", lines: [{ line_no: 1, product_id: "A", quantity: 2 }] });
    const read = await shop.send("GET", String(placed?.headers.get("location")));
    expect(read.text).toBe(placed?.text);
    expect(read.headers.get("etag")).toBe(placed?.headers.get("etag"));
  });

  test.each([
    ["absent", {}, "idempotency-key-required"],
    ["too short", { "Idempotency-Key": "short" }, "idempotency-key-malformed"],
    ["an unfinished string", { "Idempotency-Key": '"0123456789abcdef' }, "idempotency-key-malformed"],
    ["a list", { "Idempotency-Key": '"0123456789abcdef", "0123456789abcdeg"' }, "idempotency-key-malformed"],
  ] as const)("a key that is %s is 400, and nothing happens", async (_, headers, code) => {
    expect(
      await added(async () => {
        const answer = await shop.place({ idempotencyKey: null, headers });
        expect(answer.status).toBe(400);
        expect(answer.body["code"]).toBe(code);
      }),
    ).toEqual({ orders: 0, receipts: 0 });
  });

  test("what is refused before the claim does not use the key up", async () => {
    const idempotencyKey = randomUUID();
    const readOnly = await shop.key("first", ["orders:read"]);
    expect(
      await added(async () => {
        expect((await shop.place({ idempotencyKey, key: readOnly })).status).toBe(403);
        expect((await shop.place({ idempotencyKey, key: `${shop.keys.first.slice(0, -1)}!` })).status).toBe(401);
        expect((await shop.place({ idempotencyKey, order: { ...anOrder, lines: [] } })).status).toBe(422);
        expect((await shop.place({ idempotencyKey, order: { ...anOrder, lines: [{ product_id: "Z", quantity: 1 }] } })).body).toMatchObject({
          code: "invalid-body",
          errors: [{ pointer: "/lines/0/product_id" }],
        });
        expect((await shop.place({ idempotencyKey, order: { ...anOrder, customer_id: "C3" } })).body).toMatchObject({
          code: "invalid-body",
          errors: [{ pointer: "/customer_id" }],
        });
      }),
    ).toEqual({ orders: 0, receipts: 0 });
    expect((await shop.place({ idempotencyKey })).status).toBe(201);
  });

  test("a repetition is answered with the same bytes, by any process and in any spelling of the same body", async () => {
    const idempotencyKey = randomUUID();
    const first = await shop.place({ idempotencyKey });
    const { lines, ...rest } = anOrder;
    const spelled = `{"lines":${JSON.stringify(lines)},  ${JSON.stringify(rest).slice(1)}`;
    expect(
      await added(async () => {
        for (const again of [
          await shop.place({ idempotencyKey }),
          await shop.place({ idempotencyKey }, 1),
          await shop.send("POST", "/v1/orders", { text: spelled, idempotencyKey: `"${idempotencyKey}"` }),
        ]) {
          expect(again.status, again.text).toBe(201);
          expect(again.text).toBe(first.text);
          expect(again.headers.get("idempotency-replayed")).toBe("true");
          for (const header of ["location", "etag", "content-type"]) expect(again.headers.get(header)).toBe(first.headers.get(header));
        }
      }),
    ).toEqual({ orders: 0, receipts: 0 });
  });

  test.each([
    ["body", { order: { ...anOrder, reference: "PO 8" } }],
    ["version", { headers: { "Api-Version": "2026-11-01" }, order: { ...anOrder, lines: [{ product_id: "B", quantity: 2 }] } }],
  ] as const)("the same key with another %s is 422", async (_, other) => {
    const idempotencyKey = randomUUID();
    await shop.place({ idempotencyKey });
    expect(
      await added(async () => {
        const answer = await shop.place({ idempotencyKey, ...other });
        expect(answer.status).toBe(422);
        expect(answer.body["code"]).toBe("idempotency-key-reused");
      }),
    ).toEqual({ orders: 0, receipts: 0 });
  });

  test("the same key on another path is 422", async () => {
    const idempotencyKey = randomUUID();
    const placed = await shop.place({ idempotencyKey });
    const answer = await shop.send("POST", `${placed.headers.get("location")}/cancel`, { idempotencyKey });
    expect([answer.status, answer.body["code"]]).toEqual([422, "idempotency-key-reused"]);
  });

  test("the ERP's refusal is an answer, and is replayed", async () => {
    const idempotencyKey = randomUUID();
    const order = { ...anOrder, lines: [{ product_id: "A", quantity: 1001 }] };
    expect(
      await added(async () => {
        const refused = await shop.place({ idempotencyKey, order });
        expect(refused.status, refused.text).toBe(422);
        expect(refused.body).toMatchObject({ code: "command-refused", errors: [{ code: "credit-limit-exceeded" }] });
        const again = await shop.place({ idempotencyKey, order }, 1);
        expect(again.text).toBe(refused.text);
        expect(again.headers.get("idempotency-replayed")).toBe("true");
      }),
    ).toEqual({ orders: 0, receipts: 1 });
  });

  test("a command's own refusal is one, too", async () => {
    const placed = await shop.place();
    const path = `${placed.headers.get("location")}/cancel`;
    expect((await shop.send("POST", path)).body["status"]).toBe("cancelled");
    expect((await shop.send("POST", path)).body).toMatchObject({ code: "command-refused", errors: [{ code: "already-cancelled" }] });
  });

  test("the keys of another partner, and of another environment, are other keys", async () => {
    const idempotencyKey = randomUUID();
    const testKey = await shop.key("first", allScopes, "test");
    expect(
      await added(async () => {
        for (const sending of [{}, { key: shop.keys.second, order: { ...anOrder, customer_id: "C3" } }, { key: testKey }]) {
          const answer = await shop.place({ idempotencyKey, ...sending });
          expect([answer.status, answer.headers.get("idempotency-replayed")]).toEqual([201, null]);
        }
      }),
    ).toEqual({ orders: 3, receipts: 3 });
  });

  test("another key of the same partner replays, unless its scopes do not suffice", async () => {
    const idempotencyKey = randomUUID();
    const first = await shop.place({ idempotencyKey });
    expect(first.body["margin"]).toBeDefined();
    const again = await shop.place({ idempotencyKey, key: await shop.key("first", allScopes) });
    expect([again.text, again.headers.get("idempotency-replayed")]).toEqual([first.text, "true"]);
    for (const missing of ["orders:write", "orders:read", "orders.margin:read"]) {
      const lesser = await shop.key(
        "first",
        allScopes.filter((scope) => scope !== missing),
      );
      const refused = await shop.place({ idempotencyKey, key: lesser });
      expect([refused.status, refused.body["code"]], missing).toEqual([403, "insufficient-scope"]);
    }
  });

  test("a caller who may not read is told the id alone", async () => {
    const placed = await shop.place({ key: await shop.key("first", ["orders:write"]) });
    expect(placed.body).toEqual({ id: String(placed.headers.get("location")).split("/").at(-1) });
  });

  test("an expired answer is 422 with a link to what was made", async () => {
    const idempotencyKey = randomUUID();
    const placed = await shop.place({ idempotencyKey });
    await shop.database.run(`UPDATE ${receiptName} SET answer = NULL`);
    const answer = await shop.place({ idempotencyKey });
    expect([answer.status, answer.body["code"]]).toEqual([422, "idempotency-key-expired"]);
    expect(answer.headers.get("link")).toBe(`<${placed.headers.get("location")}>; rel="related"`);
  });

  test("a caller who hangs up is not waited for: it is carried out, and the repetition is a replay", async () => {
    const idempotencyKey = randomUUID();
    const gateway = shop.gateways[0];
    const abort = new AbortController();
    const sent = fetch(`${gateway?.url}/v1/orders`, {
      method: "POST",
      headers: { Authorization: `Bearer ${shop.keys.first}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: JSON.stringify(anOrder),
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 5);
    await sent.catch(() => undefined);
    await expect.poll(async () => (await shop.place({ idempotencyKey })).status).toBe(201);
    expect(await count("ordhdr")).toBe(await count(`(SELECT DISTINCT made FROM ${receiptName} WHERE made IS NOT NULL AND status = 201) m`));
  });

  test("stored answers cannot be read in the table", async () => {
    await shop.place({ order: { ...anOrder, ship_to: { street: "Geheimgasse 5", city: "Bonn" } } });
    const stored = await shop.database.rows(`SELECT answer FROM ${receiptName} WHERE answer IS NOT NULL`);
    expect(stored.length).toBeGreaterThan(0);
    for (const [answer] of stored) expect(Buffer.from(answer as Uint8Array).toString("latin1")).not.toMatch(/Geheim|reference|status/);
  });
}
