/** Random sequences of requests, crashes, waiting, and orders entered by hand, against a model of an ERP without receipts. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WritePoint } from "#erp/write/execute.ts";
import { withClient } from "../projects/demo/databases.ts";
import { describeWith } from "../support/requires.ts";
import { type BareShop, serveBareShop } from "./serve-bare-shop.ts";
import type { Sent } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => modelled("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => modelled("mariadb", at));

type Partner = "first" | "second";

/** How long ago a request was begun whose process died: just now, a moment ago, or so long that nothing can be underway. */
type Age = "fresh" | "later" | "old";

interface Asked {
  readonly number: string;
  readonly body: number;
}

/** What the table says of one key of one partner. */
type Known =
  | (Asked & { readonly kind: "done"; readonly answer: Sent; expired: boolean })
  /** Its process died before the commit, or (`made`) after it. */
  | (Asked & { readonly kind: "left"; readonly made: boolean; age: Age });

interface Model {
  readonly keys: Map<string, Known>;
  /** Numbers of orders, by partner; two could not be the same. */
  readonly orders: Map<string, "ours" | "by hand">;
  byHand: number;
  readonly sent: Send[];
}

interface Real {
  readonly shop: BareShop;
  readonly run: string;
  crashAt: WritePoint | undefined;
}

/** Bodies that are carried out, refused by the ERP, and refused for a reference. */
const bodies = [
  { kind: "made", lines: [{ product_id: "A", quantity: 1 }] },
  { kind: "made", lines: [{ product_id: "B", quantity: 2 }] },
  { kind: "refused", lines: [{ product_id: "A", quantity: 2_000 }] },
  { kind: "invalid", lines: [{ product_id: "Z", quantity: 1 }] },
] as const;

const crashes = ["before-claim", "after-claim", "after-effect", "before-commit", "after-commit"] as const;
const customerOf = { first: "C1", second: "C3" } as const;

class Send implements fc.AsyncCommand<Model, Real> {
  readonly partner: Partner;
  readonly key: number;
  readonly number: number;
  readonly body: number;
  readonly process: number;
  readonly crashAt: (typeof crashes)[number] | undefined;

  constructor(partner: Partner, key: number, number: number, body: number, process: number, crashAt: (typeof crashes)[number] | undefined) {
    this.partner = partner;
    this.key = key;
    this.number = number;
    this.body = body;
    this.process = process;
    this.crashAt = crashAt;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const { shop, run } = real;
    model.sent.push(this);
    await setAges(model, shop);
    const number = `${run}-${this.number}`;
    const wanted = bodies[this.body];
    if (wanted === undefined) throw new Error("no body");
    real.crashAt = this.crashAt;
    const order = { customer_id: customerOf[this.partner], reference: number, lines: wanted.lines };
    const idempotencyKey = `${run}-key-${this.key}-of-the-model`;
    const answer = await shop.place({ key: shop.keys[this.partner], idempotencyKey, order }, this.process);
    real.crashAt = undefined;
    const expected = this.expected(model, number, wanted.kind);
    const { status, text } = answer;
    const code = status < 400 ? (answer.headers.get("idempotency-replayed") === null ? "made" : "replayed") : String(answer.body["code"]);
    expect([status, code], `${this.toString()}: ${text}`).toEqual(expected.answer);
    expected.learn?.(answer);
  }

  /** What the table says, and what is known afterwards. */
  private expected(
    model: Model,
    number: string,
    kind: (typeof bodies)[number]["kind"],
  ): { readonly answer: readonly [number, string]; readonly learn?: (answer: Sent) => void } {
    const name = `${this.partner} ${this.key}`;
    const place = `${this.partner} ${number}`;
    const asked = { number, body: this.body };
    const failed = [500, "internal-error"] as const;
    const learn = (answer: Sent): void => void model.keys.set(name, { kind: "done", ...asked, answer, expired: false });
    if (this.crashAt === "before-claim") return { answer: failed };

    const known = model.keys.get(name);
    if (known !== undefined && (known.number !== number || known.body !== this.body)) return { answer: [422, "idempotency-key-reused"] };
    if (known?.kind === "done") {
      if (known.expired) return { answer: [422, "idempotency-key-expired"] };
      const { status, headers, text } = known.answer;
      return {
        answer: [status, status < 400 ? "replayed" : "command-refused"],
        learn: (again) => expect([again.text, again.headers.get("location")], this.toString()).toEqual([text, headers.get("location")]),
      };
    }
    if (known?.kind === "left") {
      if (known.age === "fresh") return { answer: [409, "in-progress"] };
      // What has the number is taken for this request's, even if somebody entered it since.
      if (model.orders.has(place)) return { answer: [201, "replayed"], learn };
      if (known.age === "later") return { answer: [409, "in-progress"] };
      model.keys.delete(name);
    }
    if (kind === "invalid") return { answer: [422, "invalid-body"] };
    if (model.orders.has(place)) return { answer: [409, "duplicate"] };
    const rival = [...model.keys].find(
      ([other, { kind, number: its }]) => other !== name && other.startsWith(this.partner) && kind === "left" && its === number,
    );
    if (rival !== undefined) {
      if (rival[1].kind === "left" && rival[1].age === "old") model.keys.delete(rival[0]);
      return { answer: [409, "in-progress"] };
    }
    if (this.crashAt === "after-claim")
      return { answer: failed, learn: () => void model.keys.set(name, { kind: "left", ...asked, made: false, age: "fresh" }) };
    if (this.crashAt === "after-effect") return { answer: failed };
    if (kind === "refused") return { answer: [422, "command-refused"], learn };
    if (this.crashAt === "before-commit") return { answer: failed };
    model.orders.set(place, "ours");
    if (this.crashAt === "after-commit")
      return { answer: failed, learn: () => void model.keys.set(name, { kind: "left", ...asked, made: true, age: "fresh" }) };
    return { answer: [201, "made"], learn };
  }

  toString(): string {
    return `${this.partner} sends number ${this.number} with body ${this.body} under key ${this.key} to process ${this.process}${this.crashAt === undefined ? "" : `, which fails ${this.crashAt}`}`;
  }
}

/** Clients repeat what they sent. */
class Repeat implements fc.AsyncCommand<Model, Real> {
  readonly back: number;
  readonly process: number;

  constructor(back: number, process: number) {
    this.back = back;
    this.process = process;
  }

  check(model: Readonly<Model>): boolean {
    return model.sent.length > this.back;
  }

  async run(model: Model, real: Real): Promise<void> {
    const sent = model.sent.at(-1 - this.back);
    if (sent === undefined) throw new Error("nothing to repeat");
    await new Send(sent.partner, sent.key, sent.number, sent.body, this.process, undefined).run(model, real);
  }

  toString(): string {
    return `the request ${this.back} before the last one is repeated`;
  }
}

class Wait implements fc.AsyncCommand<Model, Real> {
  readonly age: Exclude<Age, "fresh">;

  constructor(age: Exclude<Age, "fresh">) {
    this.age = age;
  }

  check(model: Model): boolean {
    return [...model.keys.values()].some(({ kind }) => kind === "left");
  }

  async run(model: Model): Promise<void> {
    for (const known of model.keys.values()) if (known.kind === "left" && known.age !== "old") known.age = this.age;
  }

  toString(): string {
    return this.age === "old" ? "time passes" : "a moment passes";
  }
}

class EnterByHand implements fc.AsyncCommand<Model, Real> {
  readonly partner: Partner;
  readonly number: number;

  constructor(partner: Partner, number: number) {
    this.partner = partner;
    this.number = number;
  }

  check(model: Readonly<Model>): boolean {
    return model.byHand < 2;
  }

  async run(model: Model, { shop, run }: Real): Promise<void> {
    const number = `${run}-${this.number}`;
    if (model.orders.has(`${this.partner} ${number}`)) return;
    model.byHand += 1;
    const ordno = `${run.replace("run-", "H")}${model.byHand}${this.partner[0]}`;
    await shop.database.run(
      `INSERT INTO ordhdr VALUES ('${ordno}', '${customerOf[this.partner]}', '10', '${number}', '', '', '', 5, 'DHL', '', 0, '2026-01-01 00:00:00')`,
    );
    model.orders.set(`${this.partner} ${number}`, "by hand");
  }

  toString(): string {
    return `somebody enters number ${this.number} of ${this.partner} by hand`;
  }
}

class Expire implements fc.AsyncCommand<Model, Real> {
  check(model: Model): boolean {
    return model.keys.size > 0;
  }

  async run(model: Model, { shop }: Real): Promise<void> {
    await withClient(shop.store.url, (client) => client.query("UPDATE sluice.receipts SET answer = NULL"));
    for (const known of model.keys.values()) if (known.kind === "done") known.expired = true;
  }

  toString(): string {
    return "all answers expire";
  }
}

/** However long the test itself takes: a fresh one stays fresh. */
const ageInSeconds = { fresh: -60, later: 3, old: 60 } as const;

async function setAges({ keys }: Model, { store }: BareShop): Promise<void> {
  const left = [...keys].flatMap(([name, known]) => (known.kind === "left" ? [{ partner: name.split(" ")[0], ...known }] : []));
  if (left.length === 0) return;
  await withClient(store.url, async (client) => {
    for (const { partner, number, age } of left)
      await client.query(
        `UPDATE sluice.receipts SET started_at = clock_timestamp() - $1 * interval '1 second'
         WHERE state = 'started' AND natural_key = $2 AND partner = (SELECT id FROM sluice.partners WHERE name = $3)`,
        [ageInSeconds[age], number, partner],
      );
  });
}

function modelled(dialect: ShopDialect, at: string | undefined): void {
  let shop: BareShop;
  const real: { current: Real | undefined } = { current: undefined };
  beforeAll(async () => {
    shop = await serveBareShop(dialect, at, (point) => {
      if (real.current?.crashAt === point) throw new Error(`a failure ${point}`);
    });
    for (const gateway of shop.gateways) gateway.stopTending();
  }, 120_000);
  afterAll(() => shop?.close());

  test("requests in any order, with failures between any two steps, are answered as the table says, and have one effect or none", async () => {
    const partner = fc.constantFrom<Partner>("first", "second");
    const send = fc
      .record({
        partner,
        key: fc.nat(2),
        number: fc.nat(1),
        body: fc.constantFrom(0, 0, 0, 1, 2, 3),
        process: fc.nat(1),
        crashAt: fc.option(fc.constantFrom(...crashes, "after-claim" as const, "after-commit" as const), { nil: undefined, freq: 2 }),
      })
      .map((sent) => new Send(sent.partner, sent.key, sent.number, sent.body, sent.process, sent.crashAt));
    const wait = fc.constantFrom<"later" | "old">("later", "old").map((age) => new Wait(age));
    const repeat = fc.tuple(fc.nat(2), fc.nat(1)).map(([back, process]) => new Repeat(back, process));
    const byHand = fc.tuple(partner, fc.nat(1)).map(([who, number]) => new EnterByHand(who, number));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.commands([send, send, send, send, repeat, repeat, repeat, repeat, wait, wait, byHand, fc.constant(new Expire())], { maxCommands: 80, size: "max" }),
        async (commands) => {
          runs += 1;
          const run = `run-${runs}`;
          const model: Model = { keys: new Map(), orders: new Map(), byHand: 0, sent: [] };
          const setUp: Real = { shop, run, crashAt: undefined };
          real.current = setUp;
          await fc.asyncModelRun(() => ({ model, real: setUp }), commands);
          const rows = await shop.database.rows(`SELECT cusno, refno FROM ordhdr WHERE refno LIKE '${run}-%'`);
          const found = rows.map(([customer, number]) => `${String(customer).trim() === "C1" ? "first" : "second"} ${number}`);
          expect(found.sort(), run).toEqual([...model.orders.keys()].sort());
        },
      ),
      { numRuns: Number(process.env["MODEL_RUNS"] ?? 20) },
    );
  }, 300_000);
}
