/** The net below triggers: what they missed is found once, what they captured is not told again, whatever happens in between. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import type { DialectName, SourceDeclaration } from "#erp/binding/source.ts";
import { capturedTables } from "#erp/capture/captured-tables.ts";
import { pendingChanges } from "#erp/capture/pending-changes.ts";
import type { Scan } from "#erp/capture/scan.ts";
import { triggerCapture } from "#erp/capture/trigger-capture.ts";
import { dropAllTriggers } from "#erp/capture/triggers.ts";
import { triggersAndScan } from "#erp/capture/triggers-and-scan.ts";
import { installWhole } from "#erp/capture/whole-footprint.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import { describeWith } from "../../support/requires.ts";
import { bindAll, catalogOf, openScanned, place, type Scanned, scanOf, told } from "./scanning.ts";

type Bound = ReturnType<typeof bindAll>;

interface Both {
  readonly source: CaptureSource;
  readonly scan: Scan;
}

async function bothOf(erp: Scanned, resources: Bound): Promise<Both> {
  const source = sourceOf(resources);
  const scan = await scanOf(erp, resources, { pending: pendingChanges(source, erp.dialect, resources) });
  const catalog = await catalogOf(erp, resources);
  const triggers = triggerCapture({
    source,
    environment: "live",
    dialect: erp.dialect,
    resources,
    run: (work) => work(erp.erp, catalog),
    now: Date.now,
    sweep: (resource, why) => scan.want(resource, why === "truncated" ? "emptied" : "look"),
    say: { drift: () => undefined, unreadable: () => undefined, waits: () => undefined },
  });
  const failed = (error: unknown): void => {
    throw error;
  };
  return { scan, source: triggersAndScan({ triggers, scan, elapsedMs: () => performance.now(), failed }) };
}

function sourceOf([first]: Bound): SourceDeclaration {
  if (first === undefined) throw new Error("nothing is bound");
  return first.source;
}

/** What the event log would hold: each change once, by its name, in the order of recording. */
class Log {
  readonly captured: Captured[] = [];
  readonly #names = new Set<string>();

  record(batch: readonly Captured[]): void {
    for (const one of batch) if (!this.#names.has(one.key)) this.captured.push(one);
    for (const { key } of batch) this.#names.add(key);
  }
}

/** Runs the relay until everything was looked at once more. */
async function settleAll({ records }: Scanned, resources: Bound, one: Both, log: Log): Promise<void> {
  const states = await records.states(place);
  const wanted = new Map(states.map(({ resource, passes, phase }) => [resource, passes + (phase === "waiting" ? 1 : 2)]));
  for (let steps = 0; steps < 10_000; steps += 1) {
    const batch = await one.source.next(50);
    log.record(batch.captured);
    await batch.recorded();
    const now = await records.states(place);
    if (now.length === resources.length && now.every(({ resource, passes }) => passes >= (wanted.get(resource) ?? 1))) return;
  }
  throw new Error("the passes do not end");
}

function common(dialect: DialectName, at?: string): void {
  const resources = bindAll(dialect, "full");
  const source = sourceOf(resources);
  let erp: Scanned;
  beforeAll(async () => {
    erp = await openScanned(at);
    await withTriggers();
  });
  afterAll(() => erp.close());
  beforeEach(async () => {
    await withTriggers();
    await fresh();
  });

  /** MariaDB notes no TRUNCATE, and has no sessions without triggers. */
  const onPostgres = (name: string, body: () => Promise<void>, timeoutMs?: number): void => {
    if (dialect === "postgres") test(name, body, timeoutMs);
  };

  async function fresh(): Promise<void> {
    await erp.empty();
    await erp.run(dialect === "postgres" ? "DELETE FROM sluice.change" : "DELETE FROM sluice_change");
  }

  async function withTriggers(): Promise<void> {
    if (dialect === "postgres") await erp.run("SET session_replication_role = 'origin'");
    const { triggers } = await installWhole(source, resources, erp.erp);
    if (triggers?.kind !== "installed") throw new Error(JSON.stringify(triggers));
  }

  /** On Postgres they do not fire for this session any more; MariaDB can only drop them. */
  async function withoutTriggers(): Promise<void> {
    if (dialect === "postgres") await erp.run("SET session_replication_role = 'replica'");
    else for (const statement of dropAllTriggers(source, capturedTables(resources))) await erp.runAsIs(statement);
  }

  const both = (): Promise<Both> => bothOf(erp, resources);
  const settle = (erpOf: Scanned, one: Both, log: Log): Promise<void> => settleAll(erpOf, resources, one, log);

  test("what triggers captured is told by them alone", async () => {
    const one = await both();
    const log = new Log();
    await settle(erp, one, log);
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C1'), ('3', 'C1')");
    await erp.run("INSERT INTO LIN (NO, SEQ, ITM, QTY) VALUES ('1', 1, 'I1', 1)");
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '2'");
    await settle(erp, one, log);
    await erp.run("DELETE FROM HDR WHERE NO = '3'");
    await erp.run("UPDATE LIN SET QTY = 9");
    await settle(erp, one, log);
    expect(log.captured.map(({ origin }) => origin)).not.toContain("scan");
    expect(told(log.captured)).toEqual(
      ["1 created", "2 created", "3 created", "1 changed lines", "2 changed status", "3 deleted", "1 changed lines"].map((one) => `orders ${one}`).sort(),
    );
  });

  test("rows that were inserted, changed and deleted while triggers were disabled are each found once", async () => {
    const one = await both();
    const log = new Log();
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C2'), ('3', 'C1')");
    await erp.run("INSERT INTO STK VALUES ('A', 'W1', 10, 2)");
    await settle(erp, one, log);
    const before = log.captured.length;
    await withoutTriggers();
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('4', 'C2')");
    await erp.run("UPDATE HDR SET ST = '50' WHERE NO = '1'");
    await erp.run("DELETE FROM HDR WHERE NO = '2'");
    await erp.run("INSERT INTO LIN (NO, SEQ, ITM, QTY) VALUES ('3', 1, 'I1', 1)");
    await erp.run("UPDATE STK SET OH = 11");
    await withTriggers();
    await erp.run("UPDATE HDR SET CNF = 20260131 WHERE NO = '3'");
    await settle(erp, one, log);
    await settle(erp, one, log);
    const found = log.captured.slice(before);
    expect(told(found.filter(({ origin }) => origin === "scan"))).toEqual([
      "orders 1 changed status",
      "orders 2 deleted",
      "orders 4 created",
      "stock A~W1 changed available",
    ]);
    // The trigger's own change of order 3 showed the line as well: what is remembered of it has the line.
    expect(told(found.filter(({ origin }) => origin !== "scan"))).toEqual(["orders 3 changed confirmed_on"]);
  });

  onPostgres("an emptied table is looked at at once, and all that was in it is gone", async () => {
    const one = await both();
    const log = new Log();
    await erp.run(`INSERT INTO HDR (NO, CUS) VALUES ${Array.from({ length: 150 }, (_, index) => `('${index}', 'C1')`).join(", ")}`);
    await settle(erp, one, log);
    const before = log.captured.length;
    await erp.run("TRUNCATE HDR");
    await settle(erp, one, log);
    await settle(erp, one, log);
    const found = log.captured.slice(before);
    expect(found).toHaveLength(150);
    expect(new Set(found.map(({ id, operation, origin }) => `${id} ${operation} ${origin}`)).size).toBe(150);
    expect(found.every(({ operation }) => operation === "deleted")).toBe(true);
  });

  test("a change that was recorded, and neither remembered nor forgotten, is told once", async () => {
    const log = new Log();
    await settle(erp, await both(), log);
    await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1')");
    const interrupted = await both();
    const batch = await interrupted.source.next(50);
    log.record(batch.captured);
    // The process ends here. The next one scans first.
    const after = await both();
    for (let steps = 0; steps < 10; steps += 1) {
      const found = await after.scan.next(50);
      expect(found.captured).toEqual([]);
      await found.recorded();
    }
    await settle(erp, after, log);
    expect(told(log.captured)).toEqual(["orders 1 created"]);
  });

  test("whatever is written while both look, with triggers, they alone tell it, and all of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(workload, { minLength: 10, maxLength: 40 }), async (statements) => {
        const log = await followed(statements.map(({ text }) => ({ text, silent: false })));
        expect(log.filter(({ origin }) => origin === "scan")).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  onPostgres(
    "whatever is written while both look, with and without triggers, nothing is missing in the end",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(workload, { minLength: 5, maxLength: 40 }), async (statements) => void (await followed(statements))),
        { numRuns: 25 },
      );
    },
    120_000,
  );

  /** Runs the statements while the relay works, and compares what the events told with what is there. */
  async function followed(statements: readonly { readonly silent: boolean; readonly text: string }[]): Promise<readonly Captured[]> {
    if (dialect === "postgres") await erp.run("SET session_replication_role = 'origin'");
    await fresh();
    const one = await both();
    const log = new Log();
    await settle(erp, one, log);
    let writing = true;
    const writer = (async () => {
      for (const { silent, text } of statements) {
        if (dialect === "postgres") await erp.run(`SET session_replication_role = '${silent ? "replica" : "origin"}'`);
        await erp.run(dialect === "postgres" ? text.replace("INSERT IGNORE", "INSERT").replace(/\)$/, ") ON CONFLICT DO NOTHING") : text);
      }
      writing = false;
    })();
    while (writing) {
      const batch = await one.source.next(7);
      log.record(batch.captured);
      await batch.recorded();
    }
    await writer;
    await settle(erp, one, log);
    const told = log.captured.length;
    // Told once: nothing is found any more.
    await settle(erp, one, log);
    expect(log.captured.slice(told)).toEqual([]);
    // Whoever follows the events has what is there, and nothing else.
    const mirror = new Map<string, string>();
    for (const { resource, id, after } of log.captured) {
      if (resource !== "orders") continue;
      if (after === undefined) mirror.delete(id);
      else mirror.set(id, `${after["status"]} ${after["confirmed_on"]} ${JSON.stringify(after["lines"])}`);
    }
    expect(mirror).toEqual(await ordersThere(erp));
    return log.captured;
  }
}

const numbers = fc.constantFrom("1", "2", "3", "4");
const quiet = fc.integer({ min: 0, max: 3 }).map((one) => one === 0);
const workload = fc.record({
  silent: quiet,
  text: fc.oneof(
    numbers.map((no) => `INSERT IGNORE INTO HDR (NO, CUS) VALUES ('${no}', 'C1')`),
    fc.tuple(numbers, fc.constantFrom("10", "50", "90")).map(([no, status]) => `UPDATE HDR SET ST = '${status}' WHERE NO = '${no}'`),
    fc.tuple(numbers, fc.constantFrom(0, 20260131)).map(([no, day]) => `UPDATE HDR SET CNF = ${day} WHERE NO = '${no}'`),
    numbers.map((no) => `DELETE FROM HDR WHERE NO = '${no}'`),
    fc.tuple(numbers, fc.integer({ min: 1, max: 2 })).map(([no, seq]) => `INSERT IGNORE INTO LIN (NO, SEQ, ITM, QTY) VALUES ('${no}', ${seq}, 'I', 1)`),
    numbers.map((no) => `DELETE FROM LIN WHERE NO = '${no}'`),
  ),
});

async function ordersThere({ erp, dialect }: Scanned): Promise<ReadonlyMap<string, string>> {
  const ask = (text: string) =>
    erp.query({ text: text.replaceAll(/[A-Z]{2,3}\b(?= |,|$)/g, (word) => (words.has(word) ? dialect.quote(word) : word)), values: [] });
  const lines = await ask("SELECT NO , SEQ , ITM , QTY FROM LIN ORDER BY 1, 2");
  const status: Readonly<Record<string, string>> = { "10": "entered", "50": "shipped", "90": "cancelled" };
  return new Map(
    (await ask("SELECT NO , ST , CNF FROM HDR")).map(([no, code, day]) => {
      const own = lines.filter(([of]) => of === no).map(([, line, item, quantity]) => ({ no: line, item: String(item).trim(), quantity }));
      return [String(no).trim(), `${status[String(code)]} ${Number(day) === 0 ? null : "2026-01-31"} ${JSON.stringify(own)}`];
    }),
  );
}

const words: ReadonlySet<string> = new Set(["NO", "SEQ", "ITM", "QTY", "ST", "CNF", "HDR", "LIN"]);

describe("beside triggers, on Postgres", () => common("postgres"));
describeWith("mariadb", "beside triggers, on MariaDB", (at) => common("mariadb", at));
