/** Gateways over a shop that takes none of their tables, with a network in between that can fail. */
import { randomUUID } from "node:crypto";
import type { WritePoint } from "#erp/write/execute.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { type GatewaySecrets, makeSecrets } from "#testing/served-gateway.ts";
import { withClient } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { bareScopes, bareShopGateway, shortLimits } from "./bare-shop.ts";
import { type Sending, type Sent, type ShopDatabase, shopDatabase } from "./serve-shop.ts";
import type { ShopDialect } from "./shop.ts";

export interface BareShop {
  readonly database: ShopDatabase;
  readonly store: TestDatabase;
  readonly secrets: GatewaySecrets;
  readonly gateways: readonly NodeGateway[];
  /** Between every gateway and the shop, and between them and their store. */
  readonly erpProxy: TcpProxy;
  readonly storeProxy: TcpProxy;
  /** Of `first` (accounts C1 and C2), `second` (C3) and `sharing` (C1, as `first`). */
  readonly keys: { readonly first: string; readonly second: string; readonly sharing: string };
  key(partner: "first" | "second" | "sharing", scopes: readonly string[]): Promise<string>;
  send(method: string, path: string, sending?: Sending, at?: number): Promise<Sent>;
  place(sending?: Sending & { readonly order?: object }, at?: number): Promise<Sent>;
  /** Sends until it is answered: 409 `in-progress` and 503 say that a repetition is due. */
  insist(sending: Sending & { readonly order?: object }, at?: number): Promise<Sent>;
  /** Numbers of the orders with a reference, as the ERP has them. */
  ordersOf(reference: string): Promise<readonly string[]>;
  /** Rows of the gateway's receipts: state and reference. */
  receipts(): Promise<readonly (readonly unknown[])[]>;
  /** A further gateway, as after a restart. */
  another(): Promise<number>;
  close(): Promise<void>;
}

export async function serveBareShop(dialect: ShopDialect, at: string | undefined, passing: (point: WritePoint) => void = () => undefined): Promise<BareShop> {
  const database = await shopDatabase(dialect, at, "none");
  const store = await createDatabase(gatewayTables);
  const [erpProxy, storeProxy] = [await proxyOf(database.url), await proxyOf(store.url)];
  const secrets = makeSecrets();
  const gateways: NodeGateway[] = [];
  const serve = async (): Promise<number> => {
    const url = through(database.url, erpProxy);
    gateways.push(
      await serveOnNode({
        definition: bareShopGateway(dialect),
        sources: new Map([["shop", { live: url, test: url }]]),
        storeUrl: through(store.url, storeProxy),
        secrets,
        variables: { ...shortLimits, SOURCE_BREAKER_FAILURES: "100", STORE_TIMEOUT_MS: "1000" },
        passing,
      }),
    );
    return gateways.length - 1;
  };
  await serve();
  await serve();
  const [first] = gateways;
  if (first === undefined) throw new Error("no gateway");
  await first.createPartner("first", { live: ["C1", "C2"], test: [] });
  await first.createPartner("second", { live: ["C3"], test: [] });
  await first.createPartner("sharing", { live: ["C1"], test: [] });
  const key: BareShop["key"] = (partner, scopes) => first.createKey({ partner, environment: "live", scopes: [...scopes] });
  const keys = { first: await key("first", bareScopes), second: await key("second", bareScopes), sharing: await key("sharing", bareScopes) };

  const send: BareShop["send"] = async (method, path, sending = {}, number = 0) => {
    const { body, idempotencyKey = randomUUID() } = sending;
    const response = await fetch((gateways[number] ?? first).url + path, {
      method,
      headers: {
        Authorization: `Bearer ${sending.key ?? keys.first}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(idempotencyKey !== null && method !== "GET" && { "Idempotency-Key": idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) };
  };
  const place: BareShop["place"] = ({ order = anOrder("PO 7"), ...sending } = {}, number) => send("POST", "/v1/orders", { body: order, ...sending }, number);
  return {
    database,
    store,
    secrets,
    gateways,
    erpProxy,
    storeProxy,
    keys,
    key,
    send,
    place,
    async insist(sending, number) {
      for (let tries = 0; tries < 600; tries += 1) {
        const answer = await place(sending, number);
        if (answer.body["code"] !== "in-progress" && answer.status !== 503) return answer;
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
      }
      throw new Error("never answered");
    },
    ordersOf: async (reference) => (await database.rows(`SELECT ordno FROM ordhdr WHERE refno = '${reference}'`)).map(([ordno]) => String(ordno).trim()),
    receipts: () =>
      withClient(
        store.url,
        async (client) =>
          (await client.query<unknown[]>({ text: "SELECT state, natural_key FROM sluice.receipts ORDER BY started_at", rowMode: "array" })).rows,
      ),
    another: serve,
    async close() {
      for (const gateway of gateways) await gateway.stop();
      await erpProxy.close();
      await storeProxy.close();
      await store.drop();
      await database.drop();
    },
  };
}

export function anOrder(reference: string, more: object = {}) {
  return { customer_id: "C1", reference, lines: [{ product_id: "A", quantity: 2 }], ...more };
}

async function proxyOf(url: string): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(url);
  return startProxy({ host: hostname, port: Number(port || (protocol === "mysql:" ? 3306 : 5432)) });
}

function through(url: string, { port }: TcpProxy): string {
  const proxied = new URL(url);
  proxied.hostname = "127.0.0.1";
  proxied.port = String(port);
  return proxied.href;
}
