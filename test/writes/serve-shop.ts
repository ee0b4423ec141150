/** Gateways over a shop of their own, and a client that sends writes to them. */
import { randomUUID } from "node:crypto";
import type { WritePoint } from "#erp/write/execute.ts";
import { footprintStatements } from "#erp/write/footprint.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { makeSecrets } from "#testing/served-gateway.ts";
import { withClient } from "../projects/demo/databases.ts";
import { createMariadbDatabase } from "../support/mariadb.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { type ShopDialect, shopGateway, shopTables } from "./shop.ts";

/** A shop's database, spoken to as the ERP itself would. */
export interface ShopDatabase {
  readonly url: string;
  run(statements: string): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
  drop(): Promise<void>;
}

/** With the gateway's footprint in it, unless that is to be none. `at`: the MariaDB server, where it is one. */
export async function shopDatabase(dialect: ShopDialect, at: string | undefined, footprint: "receipts" | "none" = "receipts"): Promise<ShopDatabase> {
  const database = dialect === "postgres" ? await postgresShop() : await createMariadbDatabase(at ?? "");
  await database.run(shopTables(dialect));
  if (footprint === "receipts") for (const statement of footprintStatements({ name: "shop", dialect })) await database.run(statement);
  return database;
}

async function postgresShop(): Promise<ShopDatabase> {
  const { url, drop } = await createDatabase();
  return {
    url,
    drop,
    run: (statements) => withClient(url, async (client) => void (await client.query(statements))),
    rows: (statement) => withClient(url, async (client) => (await client.query<unknown[]>({ text: statement, rowMode: "array" })).rows),
  };
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, or an empty object where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sending {
  readonly key?: string;
  readonly body?: unknown;
  /** As it is. */
  readonly text?: string;
  /** The Idempotency-Key; a new one without it, none for null. */
  readonly idempotencyKey?: string | null;
  readonly ifMatch?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServedShop {
  readonly database: ShopDatabase;
  readonly gateways: readonly NodeGateway[];
  /** What the command line needs to know of the live environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keys of the partners `first` (accounts C1 and C2) and `second` (C3), live, with every scope. */
  readonly keys: { readonly first: string; readonly second: string };
  /** A further key. */
  key(partner: "first" | "second", scopes: readonly string[], environment?: "live" | "test"): Promise<string>;
  /** To gateway `at`, the first without it. */
  send(method: string, path: string, sending?: Sending, at?: number): Promise<Sent>;
  place(sending?: Sending & { readonly order?: object }, at?: number): Promise<Sent>;
  close(): Promise<void>;
}

export const allScopes = ["orders:read", "orders:write", "orders.cancel:write", "orders:delete", "orders.margin:read", "products:read", "customers:read"];

/** Two processes' worth of gateways, unless told otherwise, over one shop and one store. */
export async function serveShop(
  dialect: ShopDialect,
  at: string | undefined,
  options: { readonly gateways?: number; readonly passing?: (point: WritePoint) => void; readonly variables?: Readonly<Record<string, string>> } = {},
): Promise<ServedShop> {
  const database = await shopDatabase(dialect, at);
  const store = await createDatabase(gatewayTables);
  const secrets = makeSecrets();
  const gateways: NodeGateway[] = [];
  for (let number = 0; number < (options.gateways ?? 2); number += 1) {
    gateways.push(
      await serveOnNode({
        definition: shopGateway(dialect),
        sources: new Map([["shop", { live: database.url, test: database.url }]]),
        storeUrl: store.url,
        secrets,
        variables: options.variables ?? {},
        ...(options.passing !== undefined && { passing: options.passing }),
      }),
    );
  }
  const [first] = gateways;
  if (first === undefined) throw new Error("no gateway");
  await first.createPartner("first", { live: ["C1", "C2"], test: ["C1"] });
  await first.createPartner("second", { live: ["C3"], test: ["C3"] });
  const key: ServedShop["key"] = (partner, scopes, environment = "live") => first.createKey({ partner, environment, scopes: [...scopes] });
  const keys = { first: await key("first", allScopes), second: await key("second", allScopes) };

  const send: ServedShop["send"] = async (method, path, sending = {}, number = 0) => {
    const { body, text = body === undefined ? undefined : JSON.stringify(body), idempotencyKey = randomUUID(), ifMatch } = sending;
    const response = await fetch((gateways[number] ?? first).url + path, {
      method,
      headers: {
        Authorization: `Bearer ${sending.key ?? keys.first}`,
        ...(text !== undefined && { "Content-Type": "application/json" }),
        ...(idempotencyKey !== null && method !== "GET" && { "Idempotency-Key": idempotencyKey }),
        ...(ifMatch !== undefined && { "If-Match": ifMatch }),
        ...sending.headers,
      },
      ...(text !== undefined && { body: text }),
    });
    const answered = await response.text();
    return { status: response.status, headers: response.headers, text: answered, body: answered === "" ? {} : JSON.parse(answered) };
  };
  return {
    database,
    gateways,
    variables: { ...secrets.variables, DATABASE_URL: store.url, SHOP_LIVE_URL: database.url },
    keys,
    key,
    send,
    place: ({ order = anOrder, ...sending } = {}, number) => send("POST", "/v1/orders", { body: order, ...sending }, number),
    async close() {
      for (const gateway of gateways) await gateway.stop();
      await store.drop();
      await database.drop();
    },
  };
}

export const anOrder = { customer_id: "C1", reference: "PO 7", ship_to: { street: "Am Kai 1", city: "Bonn" }, lines: [{ product_id: "A", quantity: 2 }] };
