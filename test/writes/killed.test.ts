/** The gateway and the database's connections are killed at random and at each point of a write, while clients insist. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { makeSecrets } from "#testing/served-gateway.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { bareScopes, bareShopGateway } from "./bare-shop.ts";
import { allScopes, anOrder, type ShopDatabase, shopDatabase } from "./serve-shop.ts";
import { type ShopDialect, shopGateway } from "./shop.ts";
import type { ProcessTask } from "./shop-process.ts";

/** Kills of the gateway; the full form, with 200, is run by `npm run faults`. */
const kills = Number(process.env["KILLS"] ?? 14);
/** Without receipts in the ERP an outcome takes its time to be known. */
const killsWithout = Math.ceil(kills / 2);

describe("on Postgres", () => killed("postgres", undefined, "receipts", kills));
describeWith("mariadb", "on MariaDB", (at) => killed("mariadb", at, "receipts", kills));
describe("on Postgres, without footprint", () => killed("postgres", undefined, "none", killsWithout));
describeWith("mariadb", "on MariaDB, without footprint", (at) => killed("mariadb", at, "none", killsWithout));

const points = ["before-claim", "after-claim", "after-effect", "before-commit", "committing", "after-commit"] as const;

/** What a client saw of one key. */
interface Entry {
  readonly reference: string;
  readonly idempotencyKey: string;
  /** Every acknowledgement, in order. */
  readonly acknowledged: { readonly status: number; readonly text: string; readonly location: string | null }[];
  readonly other: Set<string>;
}

function killed(dialect: ShopDialect, at: string | undefined, footprint: ProcessTask["footprint"], kills: number): void {
  const definition = footprint === "none" ? bareShopGateway(dialect) : shopGateway(dialect);
  const { ship_to, ...bareOrder } = anOrder;
  const order = footprint === "none" ? bareOrder : { ...bareOrder, ship_to };
  let shop: ShopDatabase;
  let store: TestDatabase;
  let operator: NodeGateway;
  let key: string;
  const secrets = makeSecrets();
  beforeAll(async () => {
    shop = await shopDatabase(dialect, at, footprint);
    store = await createDatabase(gatewayTables);
    operator = await serveOnNode({
      definition,
      sources: new Map([["shop", { live: shop.url, test: shop.url }]]),
      storeUrl: store.url,
      secrets,
    });
    operator.stopTending();
    await operator.createPartner("first", { live: ["C1"], test: [] });
    key = await operator.createKey({ partner: "first", environment: "live", scopes: footprint === "none" ? bareScopes : allScopes });
  }, 120_000);
  afterAll(async () => {
    await operator?.stop();
    await store?.drop();
    await shop?.drop();
  });

  function start(killAt: ProcessTask["killAt"]): { readonly child: ChildProcess; readonly port: Promise<number> } {
    const child = spawn(process.execPath, ["--conditions=source", "test/writes/shop-process.ts"], { stdio: ["pipe", "pipe", "inherit"] });
    const task: ProcessTask = {
      dialect,
      footprint,
      shopUrl: shop.url,
      storeUrl: store.url,
      secrets: { pepper: Buffer.from(secrets.pepper).toString("base64"), secret: Buffer.from(secrets.secret).toString("base64") },
      killAt,
    };
    child.stdin?.end(JSON.stringify(task));
    const stdout = child.stdout;
    if (stdout === null) throw new Error("no output");
    return { child, port: once(createInterface(stdout), "line").then(([line]) => Number(line)) };
  }

  test(`in ${kills} kills nothing is lost, doubled, or different on replay`, async () => {
    const entries: Entry[] = [];
    let port: number | undefined;
    let over = false;

    /** Repeats a request until it is acknowledged. */
    async function insist(entry: Entry): Promise<void> {
      for (;;) {
        const answer = await place(port, entry);
        if (answer !== undefined && answer.status === 201) {
          entry.acknowledged.push(answer);
          return;
        }
        if (answer !== undefined) entry.other.add(`${answer.status} ${answer.status === 503 || answer.status === 409 ? "" : answer.text}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }

    async function place(to: number | undefined, { reference, idempotencyKey }: Entry): Promise<Entry["acknowledged"][number] | undefined> {
      try {
        const response = await fetch(`http://127.0.0.1:${to}/v1/orders`, {
          method: "POST",
          headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
          body: JSON.stringify({ ...order, reference }),
          signal: AbortSignal.timeout(10_000),
        });
        return { status: response.status, text: await response.text(), location: response.headers.get("location") };
      } catch {
        return undefined; // killed, or not there yet
      }
    }

    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let number = 0; !over; number += 1) {
        const entry: Entry = { reference: `k ${client}-${number}`, idempotencyKey: randomUUID(), acknowledged: [], other: new Set() };
        entries.push(entry);
        await insist(entry);
      }
    });

    /** The gateway's own connections to the ERP, as an administrator would end them. */
    async function killConnections(): Promise<void> {
      if (dialect === "postgres") {
        await shop.run(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice' AND state <> 'idle'`,
        );
        return;
      }
      const ids = await shop.rows(`SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()`);
      for (const [id] of ids) await shop.run(`KILL ${Number(id)}`).catch(() => undefined); // gone by itself
    }

    for (let number = 0; number < kills; number += 1) {
      const point = points[number % (points.length + 1)];
      const killAt = point === undefined ? undefined : { point, nth: 1 + Math.floor(Math.random() * 12) };
      const { child, port: opened } = start(killAt);
      const ended = once(child, "exit");
      port = await opened;
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
      await killConnections();
      if (killAt === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 300));
        child.kill("SIGKILL");
      }
      await ended;
    }
    over = true;
    const { child, port: opened } = start(undefined);
    port = await opened;
    await Promise.all(clients);

    try {
      const rows = await shop.rows("SELECT refno, ordno FROM ordhdr");
      const effects = Map.groupBy(rows, ([reference]) => String(reference));
      const unexpected = new Set(entries.flatMap(({ other }) => [...other]).filter((seen) => seen !== "503 " && seen !== "409 "));
      expect([...unexpected]).toEqual([]);
      expect(entries.length).toBeGreaterThan(kills);
      expect([...effects.keys()].sort()).toEqual(entries.map(({ reference }) => reference).sort());
      for (const entry of entries) {
        expect(effects.get(entry.reference), `effects of ${entry.reference}`).toHaveLength(1);
        const again = await place(port, entry);
        expect(again, entry.reference).toEqual(entry.acknowledged[0]);
        expect(again?.location).toBe(`/v1/orders/${String(effects.get(entry.reference)?.[0]?.[1]).trim()}`);
      }
      // Header and lines of an order are one effect.
      const torn = await shop.rows("SELECT h.ordno FROM ordhdr h LEFT JOIN ordlin l ON l.ordno = h.ordno WHERE l.ordno IS NULL");
      expect(torn).toEqual([]);
    } finally {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
  }, 1_800_000);
}
