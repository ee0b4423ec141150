/** Random sequences of requests, crashes and expiries, against a model of the table of receipts in a dozen lines. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WritePoint } from "#erp/write/execute.ts";
import { describeWith } from "../support/requires.ts";
import { anOrder, type Sent, type ServedShop, serveShop } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

describe("on Postgres", () => modelled("postgres", undefined));
describeWith("mariadb", "on MariaDB", (at) => modelled("mariadb", at));

type Partner = "first" | "second";

/** What the table says of one key of one partner: nothing, an answer, or a tombstone. */
interface Known {
  readonly body: number;
  readonly text: string;
  readonly status: number;
  readonly location: string | null;
  expired: boolean;
}

interface Model {
  readonly keys: Map<string, Known>;
  readonly orders: Record<Partner, number>;
}

interface Real {
  readonly shop: ServedShop;
  readonly run: string;
  crashAt: WritePoint | undefined;
}

/** Bodies that are carried out, refused by the ERP, invalid, and refused for a reference. */
const bodies = [
  { outcome: 201, lines: [{ product_id: "A", quantity: 1 }] },
  { outcome: 201, lines: [{ product_id: "B", quantity: 2 }] },
  { outcome: 422, code: "command-refused", lines: [{ product_id: "A", quantity: 2_000 }] },
  { outcome: 422, code: "invalid-body", lines: [] },
  { outcome: 422, code: "invalid-body", lines: [{ product_id: "Z", quantity: 1 }] },
] as const;

/** Points before the transaction has committed leave nothing; after it, everything but the answer. */
const crashes = ["before-claim", "after-claim", "after-effect", "before-commit", "after-commit"] as const;

class Send implements fc.AsyncCommand<Model, Real> {
  readonly partner: Partner;
  readonly key: number;
  readonly body: number;
  readonly process: number;
  readonly crashAt: (typeof crashes)[number] | undefined;

  constructor(partner: Partner, key: number, body: number, process: number, crashAt: (typeof crashes)[number] | undefined) {
    this.partner = partner;
    this.key = key;
    this.body = body;
    this.process = process;
    this.crashAt = crashAt;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const name = `${this.partner} ${this.key}`;
    const known = model.keys.get(name);
    const wanted = bodies[this.body];
    if (wanted === undefined) throw new Error("no body");
    real.crashAt = this.crashAt;
    const answer = await this.send(real);
    real.crashAt = undefined;
    const isInvalid = wanted.lines.length === 0;
    const passes = (point: string): boolean => {
      if (isInvalid) return false;
      if (point === "before-claim" || point === "after-claim") return true;
      return known === undefined && wanted.lines[0]?.product_id !== "Z";
    };

    if (this.crashAt !== undefined && passes(this.crashAt)) {
      expect(answer.status, this.toString()).toBe(500);
      if (this.crashAt !== "after-commit") return;
      // The client has no answer; its repetition is a replay.
      const again = await this.send(real);
      expect(again.headers.get("idempotency-replayed"), this.toString()).toBe("true");
      this.learn(model, name, again);
      return;
    }
    if (isInvalid) return expectProblem(answer, 422, "invalid-body", this);
    if (known !== undefined && known.body !== this.body) return expectProblem(answer, 422, "idempotency-key-reused", this);
    if (known?.expired === true) return expectProblem(answer, 422, "idempotency-key-expired", this);
    if (known !== undefined) {
      expect([answer.status, answer.text, answer.headers.get("location"), answer.headers.get("idempotency-replayed")], this.toString()).toEqual([
        known.status,
        known.text,
        known.location,
        "true",
      ]);
      return;
    }
    expect(answer.headers.get("idempotency-replayed"), this.toString()).toBeNull();
    if (wanted.outcome !== 201) expectProblem(answer, 422, wanted.code, this);
    else expect(answer.status, answer.text).toBe(201);
    if (wanted.outcome === 201 || wanted.code === "command-refused") this.learn(model, name, answer);
  }

  private learn(model: Model, name: string, answer: Sent): void {
    model.keys.set(name, { body: this.body, text: answer.text, status: answer.status, location: answer.headers.get("location"), expired: false });
    if (answer.status === 201) model.orders[this.partner] += 1;
  }

  private send({ shop, run }: Real): Promise<Sent> {
    const order = { ...anOrder, customer_id: this.partner === "first" ? "C1" : "C3", reference: run, lines: bodies[this.body]?.lines };
    return shop.place({ key: shop.keys[this.partner], idempotencyKey: `${run.replace(" ", "-")}-key-${this.key}-of-the-model`, order }, this.process);
  }

  toString(): string {
    return `${this.partner} sends body ${this.body} under key ${this.key} to process ${this.process}${this.crashAt === undefined ? "" : `, which fails ${this.crashAt}`}`;
  }
}

class Expire implements fc.AsyncCommand<Model, Real> {
  readonly #receipts: string;

  constructor(receipts: string) {
    this.#receipts = receipts;
  }

  check(model: Model): boolean {
    return model.keys.size > 0;
  }

  async run(model: Model, { shop }: Real): Promise<void> {
    await shop.database.run(`UPDATE ${this.#receipts} SET answer = NULL`);
    for (const known of model.keys.values()) known.expired = true;
  }

  toString(): string {
    return "all answers expire";
  }
}

function expectProblem(answer: Sent, status: number, code: string, command: Send): void {
  expect([answer.status, answer.body["code"]], `${command.toString()}: ${answer.text}`).toEqual([status, code]);
}

function modelled(dialect: ShopDialect, at: string | undefined): void {
  let shop: ServedShop;
  const real: { current: Real | undefined } = { current: undefined };
  beforeAll(async () => {
    shop = await serveShop(dialect, at, {
      passing(point) {
        if (real.current?.crashAt === point) throw new Error(`a failure ${point}`);
      },
    });
  }, 120_000);
  afterAll(() => shop?.close());

  test("requests in any order, with failures between any two steps, are answered as the table says", async () => {
    const partner = fc.constantFrom<Partner>("first", "second");
    const send = fc
      .record({
        partner,
        key: fc.nat(3),
        body: fc.nat(bodies.length - 1),
        process: fc.nat(1),
        crashAt: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...crashes) }),
      })
      .map((sent) => new Send(sent.partner, sent.key, sent.body, sent.process, sent.crashAt));
    const expire = fc.constant(new Expire(dialect === "postgres" ? "sluice.receipt" : "sluice_receipt"));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands([send, send, send, send, send, expire], { maxCommands: 25, size: "max" }), async (commands) => {
        runs += 1;
        const run = `run ${runs}`;
        const model: Model = { keys: new Map(), orders: { first: 0, second: 0 } };
        const setUp: Real = { shop, run, crashAt: undefined };
        real.current = setUp;
        await fc.asyncModelRun(() => ({ model, real: setUp }), commands);
        for (const [name, cusno] of [
          ["first", "C1"],
          ["second", "C3"],
        ] as const) {
          const [row] = await shop.database.rows(`SELECT COUNT(*) FROM ordhdr WHERE refno = '${run}' AND cusno = '${cusno}'`);
          expect(Number(row?.[0]), `${run} of ${name}`).toBe(model.orders[name]);
        }
      }),
      { numRuns: Number(process.env["MODEL_RUNS"] ?? 40) },
    );
  }, 300_000);
}
