/** A gateway over an ERP that nobody installed the footprint in: reads are served, commands are unavailable until it is there. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropFootprint, footprintStatements } from "#erp/write/footprint.ts";
import { describeWith } from "../support/requires.ts";
import { type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

function withoutFootprint(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop(dialect, at, { gateways: 1 });
  });
  afterAll(() => shop?.close());

  test("commands are answered 503 and have no effect, reads are served; once it is there, the same request is carried out", async () => {
    const source = { name: "shop", dialect } as const;
    const key = "a-key-of-this-test-0001";
    for (const statement of dropFootprint(source)) await shop.database.run(statement);
    const refused = await shop.place({ idempotencyKey: key });
    expect([refused.status, refused.body["code"]], refused.text).toEqual([503, "source-unavailable"]);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await shop.send("GET", "/v1/orders")).status).toBe(200);
    for (const statement of footprintStatements(source)) await shop.database.run(statement);
    const made = await shop.place({ idempotencyKey: key });
    expect(made.status, made.text).toBe(201);
    expect((await shop.place({ idempotencyKey: key })).headers.get("idempotency-replayed")).toBe("true");
  });
}

describe("on Postgres", () => withoutFootprint("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => withoutFootprint("mariadb", at));
