/** What happens when the ERP changed a field as well: each rule over HTTP, on both databases, and every conflict on record. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { type Sent, type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => conflicts("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => conflicts("mariadb", at));

function conflicts(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop(dialect, at);
  }, 120_000);
  afterAll(() => shop?.close());

  let path: string;
  let ifMatch: string;
  beforeEach(async () => {
    const placed = await shop.place();
    path = String(placed.headers.get("location"));
    ifMatch = String(placed.headers.get("etag"));
  });

  /** The ERP changes the order behind the gateway's back. */
  const inErp = (set: string): Promise<void> => shop.database.run(`UPDATE ordhdr SET ${set} WHERE ordno = '${path.split("/").at(-1)}'`);
  const amend = (body: object, sending: { readonly ifMatch?: string; readonly idempotencyKey?: string } = { ifMatch }): Promise<Sent> =>
    shop.send("PATCH", path, { body, ...sending });
  const records = async (): Promise<readonly unknown[][]> => {
    const name = dialect === "postgres" ? "sluice.conflict" : "sluice_conflict";
    const rows = await shop.database.rows(`SELECT field, rule, outcome, state FROM ${name} WHERE thing = '${path.split("/").at(-1)}' ORDER BY field`);
    return rows.map((row) => [...row]);
  };
  const now = async (): Promise<Readonly<Record<string, unknown>>> => (await shop.send("GET", path)).body;

  test("an update has to say which state it changes", async () => {
    const answer = await amend({ note: "x" }, {});
    expect([answer.status, answer.body["code"]]).toEqual([428, "precondition-required"]);
    expect((await amend({ note: "x" }, { ifMatch: "*" })).status).toBe(200);
    expect((await amend({ note: "y" }, { ifMatch: "nonsense" })).status).toBe(400);
    expect((await amend({ note: "y" }, { ifMatch: '"of-another-thing"' })).status).toBe(412);
    expect((await now())["note"]).toBe("x");
  });

  test("the new tag is the one that a read gives", async () => {
    const answer = await amend({ note: "x", reference: "PO 9" });
    expect(answer.status, answer.text).toBe(200);
    const read = await shop.send("GET", path);
    expect(answer.headers.get("etag")).toBe(read.headers.get("etag"));
    expect(answer.text).toBe(read.text);
  });

  test("changes of different fields are no conflict, and none is recorded", async () => {
    await inErp("prio = 9, carrier = 'UPS'");
    const answer = await amend({ reference: "PO 9", note: "call" });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ reference: "PO 9", note: "call", priority: 9, carrier: "UPS" });
    expect(answer.headers.get("field-conflicts")).toBeNull();
    expect(await records()).toEqual([]);
  });

  test("the same change on both sides is no conflict", async () => {
    await inErp("reqdt = '2027-01-05'");
    expect((await amend({ requested_on: "2027-01-05" })).status).toBe(200);
    expect(await records()).toEqual([]);
  });

  test("reject: nothing is written, and the answer has the value that stands", async () => {
    await inErp("reqdt = '2027-01-05'");
    const answer = await amend({ requested_on: "2027-02-01", note: "x" });
    expect([answer.status, answer.body["code"]]).toEqual([412, "precondition-failed"]);
    expect(answer.body["current"]).toMatchObject({ requested_on: "2027-01-05" });
    expect(answer.body["errors"]).toMatchObject([{ pointer: "/requested_on" }]);
    expect(await now()).toMatchObject({ requested_on: "2027-01-05", note: "" });
    expect(await records()).toEqual([["requested_on", "reject", "rejected", "resolved"]]);
    const again = await amend({ requested_on: "2027-02-01" }, { ifMatch: String(answer.headers.get("etag")) });
    expect(again.body["requested_on"]).toBe("2027-02-01");
  });

  test("erp-wins: the ERP's value stays, the rest is written, and the answer says so", async () => {
    await inErp("prio = 9");
    const answer = await amend({ priority: 1, note: "x" });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ priority: 9, note: "x" });
    expect(answer.headers.get("field-conflicts")).toBe("priority;rule=erp-wins;outcome=erp");
    expect(await records()).toEqual([["priority", "erp-wins", "erp", "resolved"]]);
  });

  test("partner-wins: the partner's value is written over the ERP's", async () => {
    await inErp("carrier = 'UPS'");
    const answer = await amend({ carrier: "DPD" });
    expect(answer.body["carrier"]).toBe("DPD");
    expect(answer.headers.get("field-conflicts")).toBe("carrier;rule=partner-wins;outcome=partner");
    expect(await records()).toEqual([["carrier", "partner-wins", "partner", "resolved"]]);
  });

  test.each([
    ["later", 60_000, 7, "partner"],
    ["earlier", -60_000, 3, "erp"],
  ] as const)("newest: a change that is %s than the ERP's wins or yields", async (_, ms, weight, outcome) => {
    const changed = new Date(Date.now() - 120_000);
    await inErp(`weight = 3, chgts = '${changed.toISOString().slice(0, 19).replace("T", " ")}'`);
    const answer = await amend({ weight: 7, effective_at: new Date(changed.getTime() + ms).toISOString() });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body["weight"]).toBe(weight);
    expect(await records()).toEqual([["weight", "newest", outcome, "resolved"]]);
  });

  test("review: the ERP's value stays until a person decides", async () => {
    await inErp("note = 'theirs'");
    const answer = await amend({ note: "ours", reference: "PO 10" });
    expect(answer.body).toMatchObject({ note: "theirs", reference: "PO 10" });
    expect(answer.headers.get("field-conflicts")).toBe("note;rule=review;outcome=parked");
    expect(await records()).toEqual([["note", "review", "parked", "open"]]);
  });

  test("a field of the partner's own is written over what the ERP made of it, and that is on record", async () => {
    await inErp("refno = 'ERP'");
    const answer = await amend({ reference: "PO 11" });
    expect(answer.body["reference"]).toBe("PO 11");
    expect(answer.headers.get("field-conflicts")).toBe("reference;rule=owner;outcome=partner");
    expect(await records()).toEqual([["reference", "owner", "partner", "resolved"]]);
  });

  test("a repeated request records nothing twice, and is answered the same", async () => {
    await inErp("prio = 9");
    const idempotencyKey = randomUUID();
    const first = await amend({ priority: 1 }, { ifMatch, idempotencyKey });
    const again = await amend({ priority: 1 }, { ifMatch, idempotencyKey });
    expect([again.text, again.headers.get("field-conflicts"), again.headers.get("idempotency-replayed")]).toEqual([
      first.text,
      first.headers.get("field-conflicts"),
      "true",
    ]);
    expect(await records()).toHaveLength(1);
  });

  test("what the ERP makes of a partner's field is found without a request, once", async () => {
    await inErp("refno = 'ERP'");
    const found = (): Promise<number> => records().then((rows) => rows.filter(([field, rule]) => field === "reference" && rule === "owner").length);
    await expect.poll(found, { timeout: 60_000, interval: 500 }).toBe(1);
  }, 90_000);

  test("every conflict is counted, once", async () => {
    const counted = (labels: string): number => {
      const samples = shop.gateways.map(
        (gateway) =>
          new RegExp(`^sluice_conflicts_total\\{source="shop",environment="live",resource="orders",${labels}\\} (\\d+)$`, "m").exec(gateway.metrics())?.[1],
      );
      return samples.reduce((sum, sample) => sum + Number(sample ?? 0), 0);
    };
    const parked = 'rule="review",outcome="parked"';
    const rejected = 'rule="reject",outcome="rejected"';
    const before = [counted(parked), counted(rejected)];
    await inErp("note = 'theirs', reqdt = '2027-01-05'");
    const idempotencyKey = randomUUID();
    for (const _ of [1, 2]) await amend({ note: "ours" }, { ifMatch, idempotencyKey });
    await amend({ requested_on: "2027-02-01" });
    expect([counted(parked), counted(rejected)]).toEqual(before.map((count) => count + 1));
  });

  test("a cancellation and a deletion that name a state need exactly that one", async () => {
    await inErp("prio = 8");
    for (const [method, target] of [
      ["POST", `${path}/cancel`],
      ["DELETE", path],
    ] as const) {
      const answer = await shop.send(method, target, { ifMatch });
      expect([answer.status, answer.body["code"]]).toEqual([412, "precondition-failed"]);
    }
    const current = String((await shop.send("GET", path)).headers.get("etag"));
    expect((await shop.send("DELETE", path, { ifMatch: current })).status).toBe(204);
    expect((await shop.send("GET", path)).status).toBe(404);
  });

  test("what belongs to another partner is not there", async () => {
    for (const [method, target, body] of [
      ["PATCH", path, { note: "x" }],
      ["POST", `${path}/cancel`, undefined],
      ["DELETE", path, undefined],
    ] as const) {
      const answer = await shop.send(method, target, { key: shop.keys.second, ifMatch: "*", body });
      expect([answer.status, answer.body["code"]], method).toEqual([404, "not-found"]);
    }
  });

  test.each([
    [{ status: "cancelled" }, "/status", "field-not-writable"],
    [{ margin: 1 }, "/margin", "unknown-field"],
    [{ nonsense: 1 }, "/nonsense", "unknown-field"],
    [{ note: "x".repeat(41) }, "/note", "too-long"],
    [{ priority: 40_000 }, "/priority", "out-of-range"],
  ] as const)("%j is refused at %s", async (body, pointer, code) => {
    const answer = await amend(body);
    expect([answer.status, answer.body["code"]], answer.text).toEqual([422, "invalid-body"]);
    expect(answer.body["errors"]).toMatchObject([{ pointer, code }]);
  });
}
