/** What reading and writing say to Postgres: one write with one Sync for each round trip, and no round trip too many. */
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Statement } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { createDatabase, type TestDatabase } from "../../../support/postgres.ts";

let erp: TestDatabase;
let relay: Server;
let port = 0;
/** The pieces in which all that was sent since has arrived. */
let pieces: Buffer[] = [];

beforeAll(async () => {
  erp = await createDatabase();
  const owner = new pg.Client({ connectionString: erp.url });
  await owner.connect();
  await owner.query("CREATE TABLE thing (id INTEGER PRIMARY KEY)");
  await owner.end();
  const { hostname, port: upstreamPort } = new URL(erp.url);
  relay = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(upstreamPort), noDelay: true });
    client.setNoDelay().on("data", (piece) => {
      pieces.push(piece);
      upstream.write(piece);
    });
    upstream.on("data", (piece) => client.write(piece));
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) one.on("close", () => other.destroy()).on("error", () => undefined);
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  const address = relay.address();
  port = address === null || typeof address === "string" ? 0 : address.port;
});
afterAll(async () => {
  relay.close();
  await erp.drop();
});

/** The types of the messages a client has sent: P(arse), B(ind), D(escribe), E(xecute), C(lose), S(ync), Q(uery). */
function messages(sent: Buffer): string {
  let types = "";
  for (let at = 0; at < sent.length; at += 1 + sent.readInt32BE(at + 1)) types += String.fromCharCode(sent[at] ?? 0);
  return types;
}

/** What `work` sent, piece by piece. */
async function sentBy(work: () => Promise<unknown>): Promise<readonly string[]> {
  pieces = [];
  await work();
  return pieces.map(messages);
}

const sql = (text: string, ...values: Statement["values"]): Statement => ({ text, values });
const select = sql("SELECT id FROM thing WHERE id = $1", 1);
const lock = Uint8Array.from({ length: 16 }, (_, index) => index);

describe.each([
  ["in a session", { prepare: true }],
  ["that prepares nothing", { prepare: false }],
  ["behind a pooler in transaction mode", { prepare: false, pooledByTransaction: true }],
])("a connection %s", (_how, way) => {
  let database: OpenDatabase;
  beforeAll(() => {
    const url = new URL(erp.url);
    [url.hostname, url.port] = ["127.0.0.1", String(port)];
    database = openPostgres({
      url: url.href,
      maxConnections: 1,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 3_000,
      lockTimeoutMs: 300,
      applicationName: "counted",
      ...way,
    });
    return () => database.close();
  });

  const each = way.prepare ? "BE" : "PBDE";
  const limits = "pooledByTransaction" in way ? each : "";
  const inTransaction = (statements: string): string => (limits === "" ? statements : `${each}${limits}${statements}${each}`);

  test("reads in one write, alone and together", async () => {
    await database.queryTogether?.([select, select]);
    expect(await sentBy(() => database.query(select))).toEqual([`${inTransaction(each)}S`]);
    expect(await sentBy(async () => database.queryTogether?.([select, select, select]))).toEqual([`${inTransaction(each.repeat(3))}S`]);
  });

  test("begins a transaction with its first statements, and commits it with its last", async () => {
    const write = async (id: number): Promise<readonly (readonly string[])[]> => {
      const sent: (readonly string[])[] = [];
      await database.transact?.(async (transaction) => {
        sent.push(await sentBy(() => transaction.claim(lock, [select])));
        await transaction.save();
        sent.push(await sentBy(async () => transaction.queryTogether?.([select, select])));
        sent.push(await sentBy(() => transaction.commit([sql("INSERT INTO thing (id) VALUES ($1)", id), select])));
      });
      return sent;
    };
    await database.query(select);
    const first = await write(1 + 10 * (await nextId()));
    expect(first.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(await write(2 + 10 * (await nextId()))).toEqual([[`${each}${limits}${each}${each}S`], [`${each}${each}${each}S`], [`${each}${each}${each}S`]]);
  });

  async function nextId(): Promise<number> {
    return Number((await database.query(sql("SELECT count(*) FROM thing")))[0]?.[0]);
  }

  test("has nothing to roll back where nothing was asked", async () => {
    expect(await sentBy(async () => database.transact?.(async () => undefined))).toEqual([]);
  });
});
