/** A gateway over real HTTP and real databases, put together the way `src/entry/start.ts` does, its log kept in memory. */
import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { pino } from "pino";
import { readConfig, type SourceUrls } from "#config";
import { createKeyAuthenticator } from "#control-plane/api-keys/authenticate.ts";
import { type CreateKey, createKey } from "#control-plane/api-keys/create.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { createPartner } from "#control-plane/partners/create.ts";
import { createGateway, describeGateway, type GatewayDefinition } from "#gateway";
import { problemDocument } from "#http/problem-document.ts";
import { keyRecords, keyRegister } from "#store/api-keys.ts";
import { connectStore } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";
import { keepTending } from "../../src/entry/keep-tending.ts";
import { openSources } from "../../src/entry/open-sources.ts";
import { type Handler, type HttpServer, serve } from "../../src/entry/serve.ts";
import { readAssetFromDisk } from "../../src/entry/site-assets.ts";
import type { Accounts } from "./project.ts";

export interface GatewayParts {
  readonly definition: GatewayDefinition;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly storeUrl: string;
  /** Further variables of the configuration, such as `SOURCE_TIMEOUT_MS`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The gateway's clock. */
  readonly now?: () => number;
}

export interface ServedGateway {
  readonly url: string;
  readonly port: number;
  /** All lines logged so far, as they would stand in a file. */
  readonly log: () => string;
  /** The pepper and the secret of this gateway, in the forms in which they could leak. */
  readonly ownSecrets: readonly string[];
  /** What operators read. */
  readonly metrics: () => string;
  /** From now on nothing runs in the background, as in a runtime that knows no background. */
  stopTending(): void;
  createPartner(name: string, accounts: Accounts): Promise<void>;
  /** The token of a new key. */
  createKey(key: CreateKey): Promise<string>;
  server: HttpServer;
  stop(): Promise<void>;
}

/** The store's database must be migrated. Sources are connected to on first use. */
export async function serveGateway({ definition, sources, storeUrl, variables = {}, now = () => Date.now() }: GatewayParts): Promise<ServedGateway> {
  const project = describeGateway(definition);
  const [pepper, secret] = [randomBytes(32), randomBytes(32)];
  const urls = [...sources].flatMap(([name, { live, test }]) => [
    [`${name.toUpperCase()}_LIVE_URL`, live],
    [`${name.toUpperCase()}_TEST_URL`, test],
  ]);
  const read = readConfig(
    {
      DATABASE_URL: storeUrl,
      SLUICE_KEY_PEPPER: `1:${pepper.toString("base64")}`,
      SLUICE_SECRET: secret.toString("base64"),
      ...Object.fromEntries(urls),
      ...variables,
    },
    project.sources,
  );
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const { config } = read;

  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const log = pino({ level: "trace", base: null }, destination);

  let url = "";
  let handler: Handler = () => new Response(null, { status: 503 });
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    handler: (request, origin) => handler(request, origin),
    render: (problem) => problemDocument(problem, crypto.randomUUID(), url),
  });
  url = `http://127.0.0.1:${server.address.port}`;
  const store = connectStore({ url: storeUrl, poolSize: 4, timeoutMs: config.storeTimeoutMs, onBrokenConnection: () => undefined });
  const peppers = createPeppers(new Map([[1, pepper]]));
  const databases = openSources(project.sources, sources, config);
  const authenticator = createKeyAuthenticator({
    keys: keyRecords(store),
    peppers,
    knownScopes: project.scopes,
    elapsedMs: () => performance.now(),
    prefix: definition.keyPrefix,
  });
  const gateway = createGateway({
    definition,
    authenticator,
    secret,
    publicUrl: url,
    exampleCurl: `curl ${url}`,
    readAsset: readAssetFromDisk,
    log,
    protection: config.protection,
    now,
    elapsedMs: () => performance.now(),
  });
  const stopTending = keepTending(() => gateway.tend(databases.find));
  handler = (request, origin) => gateway.fetch(request, origin, databases.find);

  return {
    url,
    port: server.address.port,
    log: () => lines.join(""),
    ownSecrets: [pepper, secret].flatMap((bytes) => [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")]),
    async createPartner(name, accounts) {
      const owned = (["live", "test"] as const).flatMap((environment) => accounts[environment].map((account) => ({ environment, account })));
      const created = await createPartner(partnerRecords(store), { name, accounts: owned }, Date.now());
      if (created.kind === "refused") throw new Error(created.reasons.join(" "));
    },
    async createKey(key) {
      const ports = {
        partners: partnerRecords(store),
        keys: keyRegister(store),
        peppers,
        knownScopes: project.scopes,
        versions: project.versions,
        prefix: definition.keyPrefix,
      };
      const created = await createKey(ports, key, Date.now());
      if (created.kind === "refused") throw new Error(created.reasons.join(" "));
      return created.token;
    },
    server,
    metrics: gateway.metrics,
    stopTending,
    async stop() {
      stopTending();
      await server.close(0);
      await databases.close();
      await store.destroy();
    },
  };
}
