/** A gateway over real HTTP and a real store, with partners that deal with their webhook endpoints. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { isRow, type Row } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { type GatewaySecrets, makeSecrets } from "#testing/served-gateway.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Row;
}

export interface PartnerWorld {
  readonly gateway: NodeGateway;
  readonly store: Store;
  readonly secrets: GatewaySecrets;
  /** Of the partner `first` with every scope, in the test environment. */
  readonly key: string;
  /** `body`: sent as JSON; a text as it is. A POST has a key of its own unless it is given one. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    more?: { readonly key?: string; readonly idempotencyKey?: string; readonly headers?: Record<string, string> },
  ): Promise<Said>;
  newKey(partner: string, environment: "live" | "test", scopes: readonly string[]): Promise<string>;
}

export const allScopes = [...declaredScopes(gateway.contracts)].sort();

export function partnerWorld(variables: Readonly<Record<string, string>> = {}): () => PartnerWorld {
  let opened: (PartnerWorld & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    opened = await open(variables);
  }, 120_000);
  afterAll(() => opened?.close());
  return () => opened ?? expect.unreachable("not open");
}

async function open(variables: Readonly<Record<string, string>>): Promise<PartnerWorld & { close(): Promise<void> }> {
  const databases = await demoDatabases({ small: true });
  const database = await createDatabase(gatewayTables);
  const secrets = makeSecrets();
  const served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: database.url, secrets, variables });
  const store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  for (const name of ["first", "second"]) await served.createPartner(name, { live: ["C0000001"], test: ["C0000001"] });
  const newKey: PartnerWorld["newKey"] = (partner, environment, scopes) => served.createKey({ partner, environment, scopes });
  const key = await newKey("first", "test", allScopes);
  return {
    gateway: served,
    store,
    secrets,
    key,
    newKey,
    async ask(method, path, body, more = {}) {
      const response = await fetch(served.url + path, {
        method,
        headers: {
          Authorization: `Bearer ${more.key ?? key}`,
          ...(method === "POST" && { "Idempotency-Key": more.idempotencyKey ?? randomUUID() }),
          ...(method !== "POST" && more.idempotencyKey !== undefined && { "Idempotency-Key": more.idempotencyKey }),
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...more.headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed: unknown = text === "" ? {} : JSON.parse(text);
      return { status: response.status, headers: response.headers, text, json: isRow(parsed) ? parsed : {} };
    },
    async close() {
      await served.stop();
      await store.destroy();
      await database.drop();
      await databases.drop();
    },
  };
}
