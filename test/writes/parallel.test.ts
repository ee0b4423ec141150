/** Many at once: one key has one effect, however many requests and processes there are; two writers lose nothing. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../support/requires.ts";
import { anOrder, type Sent, type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => parallel("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => parallel("mariadb", at));

/** Rounds of racing writers; the full form is run by `npm run faults`. */
const rounds = Number(process.env["RACING_ROUNDS"] ?? 60);

function parallel(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serveShop(dialect, at);
  }, 120_000);
  afterAll(() => shop?.close());

  const ordersOf = async (reference: string): Promise<number> =>
    Number((await shop.database.rows(`SELECT COUNT(*) FROM ordhdr WHERE refno = '${reference}'`))[0]?.[0]);

  /** Sends until it is answered: 409 and 503 say that a repetition is due. */
  async function insist(send: () => Promise<Sent>): Promise<Sent> {
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = await send();
      if (answer.status !== 409 && answer.status !== 503) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
    return expect.unreachable("never answered");
  }

  test("of 50 identical requests through two processes one has an effect; the others replay it or are told that it is underway", async () => {
    const idempotencyKey = randomUUID();
    const order = { ...anOrder, reference: "fifty" };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => shop.place({ idempotencyKey, order }, index % 2)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409 || status === 503)).toBe(true);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ status, headers }) => status === 201 && headers.get("idempotency-replayed") === null).length).toBeLessThanOrEqual(1);
    for (const { body } of answers.filter(({ status }) => status === 409)) expect(body["code"]).toBe("in-progress");
    expect((await shop.place({ idempotencyKey, order })).status).toBe(201);
    expect(await ordersOf("fifty")).toBe(1);
  });

  test("1,000 requests over 20 keys have 20 effects", async () => {
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const order = { ...anOrder, reference: "twenty" };
    const texts = keys.map(() => new Set<string>());
    const requests = Array.from({ length: 1_000 }, (_, index) => index);
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let index = requests.pop(); index !== undefined; index = requests.pop()) {
          const number = index % keys.length;
          const idempotencyKey = keys[number] ?? "";
          const process = index % 2;
          const answer = await insist(() => shop.place({ idempotencyKey, order }, process));
          expect(answer.status, answer.text).toBe(201);
          texts[number]?.add(answer.text);
        }
      }),
    );
    expect(texts.map((seen) => seen.size)).toEqual(keys.map(() => 1));
    expect(await ordersOf("twenty")).toBe(20);
  }, 120_000);

  test(`two writers of one field: in ${rounds} racing rounds no change is lost`, async () => {
    const placed = await shop.place();
    const path = String(placed.headers.get("location"));
    for (let round = 0; round < rounds; round += 1) {
      const before = await shop.send("GET", path);
      const ifMatch = String(before.headers.get("etag"));
      const notes = [`a${round}`, `b${round}`];
      const answers = await Promise.all(notes.map((reference, process) => insist(() => shop.send("PATCH", path, { ifMatch, body: { reference } }, process))));
      expect(answers.map(({ status }) => status).sort(), answers.map(({ text }) => text).join("\n")).toEqual([200, 412]);
      const winner = answers.findIndex(({ status }) => status === 200);
      const after = await shop.send("GET", path);
      expect(after.body["reference"]).toBe(notes[winner]);
      expect(answers[1 - winner]?.body).toMatchObject({ code: "precondition-failed", current: { reference: notes[winner] } });
    }
  }, 300_000);

  test(`two writers of different fields: in ${rounds} racing rounds both changes stand`, async () => {
    const placed = await shop.place();
    const path = String(placed.headers.get("location"));
    for (let round = 0; round < rounds; round += 1) {
      const ifMatch = String((await shop.send("GET", path)).headers.get("etag"));
      const changes = [{ reference: `r${round}` }, { requested_on: `2027-01-${String((round % 28) + 1).padStart(2, "0")}` }];
      const answers = await Promise.all(changes.map((body, process) => insist(() => shop.send("PATCH", path, { ifMatch, body }, process))));
      expect(
        answers.map(({ status }) => status),
        answers.map(({ text }) => text).join("\n"),
      ).toEqual([200, 200]);
      expect((await shop.send("GET", path)).body).toMatchObject({ ...changes[0], ...changes[1] });
    }
  }, 300_000);
}
