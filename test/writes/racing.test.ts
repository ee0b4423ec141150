/** Two writers on one order, through two gateways: whoever is second is told, whatever the field's owner and rule, and nothing gets lost. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => racing("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => racing("mariadb", at));

/** One for each owner and rule. */
const fields = ["reference", "requested_on", "priority", "carrier", "note", "weight"] as const;
const numbers: ReadonlySet<string> = new Set(["priority", "weight"]);
const valueIn = (field: string, number: number): string | number => (numbers.has(field) ? number : `v${number}`);

function racing(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  let path: string;
  beforeAll(async () => {
    shop = await serveShop(dialect, at);
    path = String((await shop.place()).headers.get("location"));
  }, 120_000);
  afterAll(() => shop?.close());

  const amend = (gateway: number, ifMatch: string, body: object) => shop.send("PATCH", path, { body, ifMatch }, gateway);
  const records = async (): Promise<number> => {
    const name = dialect === "postgres" ? "sluice.conflict" : "sluice_conflict";
    const rows = await shop.database.rows(`SELECT COUNT(*) FROM ${name} WHERE rule = 'reject' AND outcome = 'rejected'`);
    return Number(rows[0]?.[0]);
  };

  test("a thousand times, both change the same field: one is done, the other told with the value that stands", { timeout: 600_000 }, async () => {
    let tag = String((await shop.send("GET", path)).headers.get("etag"));
    for (let round = 0; round < 1000; round++) {
      const field = fields[round % fields.length] ?? "note";
      const values = [valueIn(field, round * 2 + 10), valueIn(field, round * 2 + 11)];
      const answers = await Promise.all(values.map((value, gateway) => amend(gateway, tag, { [field]: value })));
      const statuses = answers.map(({ status }) => status);
      expect([...statuses].sort(), `round ${round}, ${field}: ${answers.map(({ text }) => text).join("\n")}`).toEqual([200, 412]);
      const winner = statuses.indexOf(200);
      const loser = answers[1 - winner];
      expect(loser?.body["current"]).toEqual({ [field]: values[winner] });
      const present = answers[winner];
      expect(present?.body[field]).toBe(values[winner]);
      tag = String(present?.headers.get("etag"));
      expect(loser?.headers.get("etag")).toBe(tag);
    }
    expect(await records()).toBe(1000);
  });

  test("changes of different fields all come through, from whatever state they were meant for", { timeout: 600_000 }, async () => {
    let tag = String((await shop.send("GET", path)).headers.get("etag"));
    const before = await records();
    for (let round = 0; round < 100; round++) {
      const wanted = Object.fromEntries(fields.map((field) => [field, valueIn(field, round + 5_000)]));
      const answers = await Promise.all(fields.map((field, index) => amend(index % 2, tag, { [field]: wanted[field] })));
      expect(answers.map(({ status }) => status)).toEqual(fields.map(() => 200));
      const present = await shop.send("GET", path);
      expect(present.body).toMatchObject(wanted);
      tag = String(present.headers.get("etag"));
    }
    expect(await records()).toBe(before);
  });

  test("a count that several writers raise loses nothing, if each starts over when told to", { timeout: 600_000 }, async () => {
    await amend(0, "*", { reference: "0" });
    const raise = async (gateway: number): Promise<void> => {
      for (;;) {
        const present = await shop.send("GET", path, {}, gateway);
        const answer = await amend(gateway, String(present.headers.get("etag")), { reference: String(Number(present.body["reference"]) + 1) });
        if (answer.status === 200) return;
        expect(answer.status, answer.text).toBe(412);
      }
    };
    await Promise.all(
      [0, 1, 0, 1].map(async (gateway) => {
        for (let time = 0; time < 25; time++) await raise(gateway);
      }),
    );
    expect((await shop.send("GET", path)).body["reference"]).toBe("100");
  });
}
