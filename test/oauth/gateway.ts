/** A gateway over real HTTP and real databases, with a partner, and the ways of a client that asks for tokens. */
import { generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, expect } from "vitest";
import { perform } from "#control-plane/perform.ts";
import { verbs } from "#control-plane/verbs.ts";
import type { JsonValue } from "#lib/json.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { type GatewaySecrets, makeSecrets } from "#testing/served-gateway.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases } from "../projects/demo/databases.ts";
import { askingAt } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

export const scopes = ["orders:read", "products:read"];
export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface OAuthGateway {
  readonly gateway: NodeGateway;
  readonly store: Store;
  readonly database: TestDatabase;
  readonly secrets: GatewaySecrets;
  /** A further process over the same store. */
  another(variables?: Readonly<Record<string, string>>, more?: { readonly limited?: boolean }): Promise<NodeGateway>;
  /** What a verb answered; fails where it did not do it. */
  ask(verb: string, input: JsonValue): Promise<Readonly<Record<string, unknown>>>;
  /** What a verb says in whatever way it ends. */
  try(verb: string, input: JsonValue): Promise<unknown>;
  /** A client with a secret, of the partner `first`. */
  client(more?: Readonly<Record<string, JsonValue>>): Promise<{ readonly id: string; readonly secret: string }>;
  token(form: Readonly<Record<string, string>> | string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Of a client with a secret; fails where there is none. */
  accessToken(client: { readonly id: string; readonly secret: string }, more?: Readonly<Record<string, string>>): Promise<string>;
  get(path: string, bearer?: string): Promise<Answer>;
}

export function oauthGateway(more: { readonly variables?: Readonly<Record<string, string>>; readonly ca?: () => string } = {}): () => OAuthGateway {
  let opened: (OAuthGateway & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    opened = await open(more);
  }, 120_000);
  afterAll(() => opened?.close());
  return () => opened ?? expect.unreachable("not open");
}

async function open({ variables = {}, ca }: Parameters<typeof oauthGateway>[0] & object): Promise<OAuthGateway & { close(): Promise<void> }> {
  const databases = await demoDatabases({ small: true });
  const database = await createDatabase(gatewayTables);
  const secrets = makeSecrets();
  const parts = { definition: gateway, sources: databases.sources, storeUrl: database.url, variables, secrets, ...(ca !== undefined && { ca: ca() }) };
  const served = await serveOnNode(parts);
  const more: NodeGateway[] = [];
  await served.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  const store = connectStore({ url: database.url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });

  async function attempt(verb: string, input: JsonValue) {
    const found = verbs.get(verb) ?? expect.unreachable(`no verb ${verb}`);
    return perform(served.plane, found, input, askingAt(Date.now()));
  }

  const self: OAuthGateway & { close(): Promise<void> } = {
    gateway: served,
    store,
    database,
    secrets,
    async another(own = {}, ofPart = {}) {
      const one = await serveOnNode({ ...parts, ...ofPart, variables: { ...variables, ...own } });
      more.push(one);
      return one;
    },
    async ask(verb, input) {
      const performed = await attempt(verb, input);
      if (performed.kind !== "done") throw new Error(JSON.stringify(performed));
      return recordOf(performed.value);
    },
    try: attempt,
    async client(given = {}) {
      const made = await self.ask("client.create", { partner: "first", environment: "live", scopes, ...given });
      return { id: String(made["id"]), secret: String(made["client_secret"]) };
    },
    token: (form, headers = {}) =>
      send(`${served.url}/oauth/token`, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
        body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
      }),
    async accessToken({ id, secret }, given = {}) {
      const answer = await self.token({ grant_type: "client_credentials", client_id: id, client_secret: secret, ...given });
      expect(answer.status, answer.text).toBe(200);
      return String(answer.json["access_token"]);
    },
    get: (path, bearer) => send(served.url + path, bearer === undefined ? {} : { headers: { Authorization: `Bearer ${bearer}` } }),
    async close() {
      for (const one of [served, ...more]) await one.stop();
      await store.destroy();
      await database.drop();
      await databases.drop();
    },
  };
  return self;
}

export async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith("{") ? recordOf(JSON.parse(text)) : {} };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

export type Claims = Readonly<Record<string, unknown>>;

export interface Signer {
  readonly publicJwk: Readonly<Record<string, string>>;
  /** Standard claims are those given, and no others. */
  sign(claims: Claims, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A key pair of a partner or of another issuer. */
export async function signer(kid: string, kind: "ES256" | "PS256" | "EdDSA" = "ES256"): Promise<Signer> {
  const pair =
    kind === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : kind === "EdDSA"
        ? generateKeyPairSync("ed25519")
        : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = await exportJWK(pair.publicKey);
  const publicJwk = Object.fromEntries(Object.entries({ ...jwk, kid }).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  return {
    publicJwk,
    sign: (claims, header = {}) => new SignJWT(claims).setProtectedHeader({ alg: kind, kid, ...header }).sign(pair.privateKey),
  };
}

/** Seconds since 1970. */
export function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
