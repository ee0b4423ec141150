/** An ERP that takes none of the gateway's tables, while connections break and processes die: never two effects, and never a lost one. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { WritePoint } from "#erp/write/execute.ts";
import { describeWith } from "../support/requires.ts";
import { overAfterMs } from "./bare-shop.ts";
import { anOrder, type BareShop, serveBareShop } from "./serve-bare-shop.ts";
import type { Sent } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";
import type { ProcessTask } from "./shop-process.ts";

describe("on Postgres", () => faults("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => faults("mariadb", at));

const points = ["before-claim", "after-claim", "after-effect", "before-commit", "committing", "after-commit"] as const;

function faults(dialect: ShopDialect, at: string | undefined): void {
  let shop: BareShop;
  let hooks: Partial<Record<WritePoint, () => void>> = {};
  beforeAll(async () => {
    shop = await serveBareShop(dialect, at, (point) => hooks[point]?.());
  }, 120_000);
  afterEach(async () => {
    hooks = {};
    shop.erpProxy.cutAfter(undefined);
    await shop.erpProxy.turn("pass");
    await shop.storeProxy.turn("pass");
  });
  afterAll(() => shop?.close());

  const pathOf = async (reference: string): Promise<string> => `/v1/orders/${(await shop.ordersOf(reference))[0]}`;
  const operation = (answer: Sent): Promise<Sent> => shop.send("GET", String(answer.headers.get("location")));

  /** Once at that point. */
  function when(point: WritePoint, what: () => void): void {
    hooks = {
      [point]: () => {
        hooks = {};
        what();
      },
    };
  }

  test("an answer of COMMIT that is lost is looked up, and the order acknowledged", async () => {
    when("committing", () => {
      shop.erpProxy.cutAfter(0);
      setTimeout(() => shop.erpProxy.cutAfter(undefined), 100);
    });
    const idempotencyKey = randomUUID();
    const placed = await shop.place({ idempotencyKey, order: anOrder("cut") });
    expect(placed.status, placed.text).toBe(201);
    expect(placed.headers.get("location")).toBe(await pathOf("cut"));
    expect((await shop.place({ idempotencyKey, order: anOrder("cut") })).text).toBe(placed.text);
    expect(await shop.ordersOf("cut")).toHaveLength(1);
  });

  test("with the ERP gone after COMMIT the outcome is unknown; its operation, and a repetition, tell that it was done", async () => {
    when("committing", () => {
      shop.erpProxy.cutAfter(0);
      setTimeout(() => void shop.erpProxy.turn("refuse"), 50);
    });
    const idempotencyKey = randomUUID();
    const order = anOrder("gone");
    const unknown = await shop.place({ idempotencyKey, order });
    expect([unknown.status, unknown.body["code"]], unknown.text).toEqual([503, "outcome-unknown"]);
    expect(unknown.headers.get("location")).toMatch(/^\/v1\/operations\/op_/);
    expect(await shop.ordersOf("gone")).toHaveLength(1);
    shop.erpProxy.cutAfter(undefined);
    await shop.erpProxy.turn("pass");
    await answeredAgain(() => operation(unknown));
    expect((await operation(unknown)).body).toMatchObject({ status: "succeeded", command: "placeOrder", result: { href: await pathOf("gone") } });
    const again = await shop.insist({ idempotencyKey, order });
    expect([again.status, again.headers.get("location")]).toEqual([201, await pathOf("gone")]);
    expect(again.body).toMatchObject({ reference: "gone", lines: [{ quantity: 2 }] });
    expect((await shop.place({ idempotencyKey, order }, 1)).text).toBe(again.text);
    expect((await shop.send("GET", String(unknown.headers.get("location")), { key: shop.keys.second })).status).toBe(404);
    expect(await shop.ordersOf("gone")).toHaveLength(1);
  });

  test("a COMMIT that never arrives: unknown until nothing can be underway, then not performed, and the same key is as good as new", async () => {
    when("committing", () => void shop.erpProxy.turn("reset"));
    const idempotencyKey = randomUUID();
    const order = anOrder("never");
    const unknown = await shop.place({ idempotencyKey, order });
    expect([unknown.status, unknown.body["code"]], unknown.text).toEqual([503, "outcome-unknown"]);
    await shop.erpProxy.turn("pass");
    await answeredAgain(() => operation(unknown));
    expect((await operation(unknown)).body).toMatchObject({ status: "unknown", result: null });
    const early = await shop.place({ idempotencyKey, order });
    expect([early.status, early.body["code"]]).toEqual([409, "in-progress"]);
    const otherKey = await shop.place({ order });
    expect([otherKey.status, otherKey.body["code"]]).toEqual([409, "in-progress"]);
    expect(await shop.ordersOf("never")).toEqual([]);
    await sleep(overAfterMs);
    await until(async () => (await operation(unknown)).body["status"] === "not_performed");
    const placed = await shop.place({ idempotencyKey, order });
    expect(placed.status, placed.text).toBe(201);
    expect((await operation(unknown)).body).toMatchObject({ status: "succeeded", result: { href: await pathOf("never") } });
    expect(await shop.ordersOf("never")).toHaveLength(1);
  }, 60_000);

  test("with no request asking, the reconciler ends what nobody saw the end of", async () => {
    when("committing", () => {
      shop.erpProxy.cutAfter(0);
      setTimeout(() => void shop.erpProxy.turn("refuse"), 20);
    });
    expect((await shop.place({ order: anOrder("forgotten") })).status).toBe(503);
    shop.erpProxy.cutAfter(undefined);
    await shop.erpProxy.turn("pass");
    await answeredAgain(() => shop.send("GET", "/v1/orders"));
    when("committing", () => void shop.erpProxy.turn("reset"));
    expect((await shop.place({ order: anOrder("dropped") })).status).toBe(503);
    await shop.erpProxy.turn("pass");
    const states = async () => new Map((await shop.receipts()).map(([state, reference]) => [String(reference), String(state)]));
    await until(async () => (await states()).get("forgotten") === "found");
    await until(async () => (await states()).get("dropped") === "not_performed");
    expect(await shop.ordersOf("forgotten")).toHaveLength(1);
    expect(await shop.ordersOf("dropped")).toEqual([]);
  }, 60_000);

  test("a store that is gone after the commit changes nothing for the partner, and a repetition finds the order", async () => {
    when("after-commit", () => void shop.storeProxy.turn("refuse"));
    const idempotencyKey = randomUUID();
    const order = anOrder("storeless");
    const placed = await shop.place({ idempotencyKey, order });
    expect(placed.status, placed.text).toBe(201);
    await shop.storeProxy.turn("pass");
    const again = await shop.insist({ idempotencyKey, order });
    expect([again.status, again.body, again.headers.get("location")]).toEqual([201, placed.body, placed.headers.get("location")]);
    expect(await shop.ordersOf("storeless")).toHaveLength(1);
  });

  test("a store that is gone before is 503, and the ERP is not touched", async () => {
    await shop.place({ order: anOrder("known key") }); // its API key is remembered for a while
    when("before-claim", () => void shop.storeProxy.turn("refuse"));
    const refused = await shop.place({ order: anOrder("no store") });
    expect([refused.status, refused.body["code"]], refused.text).toEqual([503, "gateway-unavailable"]);
    expect(await shop.ordersOf("no store")).toEqual([]);
  });

  test("an effect that is rolled back leaves the key unused", async () => {
    when("after-effect", () => void shop.erpProxy.turn("reset"));
    const idempotencyKey = randomUUID();
    const order = anOrder("rolled back");
    const failed = await shop.place({ idempotencyKey, order });
    expect([failed.status, failed.body["code"]], failed.text).toEqual([503, "source-unavailable"]);
    await shop.erpProxy.turn("pass");
    const placed = await shop.insist({ idempotencyKey, order });
    expect(placed.status, placed.text).toBe(201);
    expect(await shop.ordersOf("rolled back")).toHaveLength(1);
  });

  test.each(points)(
    "a process that is killed at %s: repetitions have one effect, and one answer",
    async (point) => {
      const idempotencyKey = randomUUID();
      const order = anOrder(`k ${point}`);
      const { child, port } = start(shop, dialect, point);
      const ended = once(child, "exit");
      const url = `http://127.0.0.1:${await port}/v1/orders`;
      const headers = { Authorization: `Bearer ${shop.keys.first}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey };
      await expect(fetch(url, { method: "POST", headers, body: JSON.stringify(order) })).rejects.toThrow();
      await ended;
      const placed = await shop.insist({ idempotencyKey, order });
      expect(placed.status, placed.text).toBe(201);
      expect(placed.headers.get("location")).toBe(await pathOf(`k ${point}`));
      const again = await shop.place({ idempotencyKey, order }, 1);
      expect([again.status, again.text]).toEqual([201, placed.text]);
      expect(await shop.ordersOf(`k ${point}`)).toHaveLength(1);
    },
    60_000,
  );

  /** What the breaker and the pool make of a network that was gone is over in a moment. */
  async function answeredAgain(ask: () => Promise<Sent>): Promise<void> {
    await until(async () => (await ask()).status === 200);
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error("it never came to that");
}

function start(shop: BareShop, dialect: ShopDialect, point: string): { readonly child: ChildProcess; readonly port: Promise<number> } {
  const child = spawn(process.execPath, ["--conditions=source", "test/writes/shop-process.ts"], { stdio: ["pipe", "pipe", "inherit"] });
  const task: ProcessTask = {
    dialect,
    footprint: "none",
    shopUrl: shop.database.url,
    storeUrl: shop.store.url,
    secrets: { pepper: Buffer.from(shop.secrets.pepper).toString("base64"), secret: Buffer.from(shop.secrets.secret).toString("base64") },
    killAt: { point, nth: 1 },
  };
  child.stdin?.end(JSON.stringify(task));
  if (child.stdout === null) throw new Error("no output");
  return { child, port: once(createInterface(child.stdout), "line").then(([line]) => Number(line)) };
}
