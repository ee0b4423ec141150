/** MariaDB cuts, clamps and exchanges what a column cannot hold, unless it is told not to: none of it may come that far. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { anOrder, type Sent, type ServedShop, serveShop } from "../writes/serve-shop.ts";

describeWith("mariadb", "on MariaDB", (at) => {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop("mariadb", at, { gateways: 1 });
  }, 120_000);
  afterAll(() => shop?.close());

  const count = async (table: string): Promise<number> => Number((await shop.database.rows(`SELECT COUNT(*) FROM ${table}`))[0]?.[0]);
  const everything = async () => ({
    orders: await shop.database.rows("SELECT * FROM ordhdr ORDER BY ordno"),
    lines: await count("ordlin"),
    receipts: await count("sluice_receipt"),
  });
  async function changesNothing(work: () => Promise<void>): Promise<void> {
    const before = await everything();
    await work();
    expect(await everything()).toEqual(before);
  }
  const told = ({ status, body }: Sent): readonly unknown[] => {
    const errors = Array.isArray(body["errors"]) ? body["errors"] : [];
    return [status, body["code"], ...errors.map(({ pointer }: { readonly pointer?: string }) => pointer)];
  };

  test("a text that a column cannot hold is 422, as are characters that its character set lacks", () =>
    changesNothing(async () => {
      for (const note of ["n".repeat(41), "ö".repeat(41), "日本", "😀", `${"x".repeat(39)}😀`, "\u0301", "Ω"]) {
        expect(told(await shop.place({ order: { ...anOrder, note } })), note).toEqual([422, "invalid-body", "/note"]);
      }
      expect(told(await shop.place({ order: { ...anOrder, reference: "r".repeat(21) } }))).toEqual([422, "invalid-body", "/reference"]);
      const ship_to = { street: "s".repeat(31), city: "Łódź" };
      expect(told(await shop.place({ order: { ...anOrder, ship_to } }))).toEqual([422, "invalid-body", "/ship_to/street", "/ship_to/city"]);
    }));

  test("a number that a column cannot hold is 422", async () => {
    const placed = await shop.place();
    const path = placed.headers.get("location") ?? "";
    const amend = (text: string) => shop.send("PATCH", path, { text, ifMatch: "*" });
    await changesNothing(async () => {
      for (const priority of ["32768", "-32769", "99999", "2147483648", "9007199254740991", "1.5", '"5"', "true", "[5]", "null"]) {
        expect(told(await amend(`{"priority":${priority}}`)), priority).toEqual([422, "invalid-body", "/priority"]);
      }
      for (const weight of ["2147483648", "-2147483649", "1e15"]) {
        expect(told(await amend(`{"weight":${weight}}`)), weight).toEqual([422, "invalid-body", "/weight"]);
      }
      for (const number of ["1e400", "9007199254740993", "0.10000000000000000001"]) {
        expect(told(await amend(`{"priority":${number}}`)), number).toEqual([400, "malformed-body", "/priority"]);
      }
    });
  });

  test("texts that mean something to SQL are texts", async () => {
    for (const note of [
      "'",
      '"',
      "`",
      "\\",
      "\\'",
      "\\\\",
      "%",
      "_",
      "' OR 1=1 --",
      "/*!50000 x */",
      "\n",
      "?",
      ":a",
      "NULL",
      "0",
      "0x41",
      "\u00a0",
      "\x1a",
      "\b",
    ]) {
      const placed = await shop.place({ order: { ...anOrder, note } });
      expect([placed.status, placed.body["note"]], placed.text).toEqual([201, note]);
    }
  });

  test("a text comes back as it was sent, or is refused and nothing is done", { timeout: 60_000 }, async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 45, unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) }),
      fc.string({ maxLength: 20, unit: "binary" }),
    );
    const before = await everything();
    let placed = 0;
    await fc.assert(
      fc.asyncProperty(text, async (note) => {
        const answer = await shop.place({ order: { ...anOrder, note } });
        if (answer.status === 201) {
          placed += 1;
          expect(answer.body["note"], JSON.stringify(note)).toBe(note);
        } else expect(["/note", "400", "422"], answer.text).toEqual(expect.arrayContaining([told(answer)[2], String(answer.status)]));
      }),
      { numRuns: 150, endOnFailure: true, includeErrorInReport: true },
    );
    const after = await everything();
    expect([after.orders.length, after.receipts]).toEqual([before.orders.length + placed, before.receipts + placed]);
    expect(placed).toBeGreaterThan(10);
  });
});
