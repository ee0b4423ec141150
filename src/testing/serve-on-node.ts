/** A gateway over real HTTP and real databases, put together the way `src/entry/start.ts` does, its log kept in memory. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { readConfig, sourceVariables } from "#config";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { ownEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import { operatorAuthenticator } from "#control-plane/operators/authenticate.ts";
import { clientAddress } from "#entry/client-address.ts";
import { fetchKeysOnNode } from "#entry/fetch-keys.ts";
import { keepTending } from "#entry/keep-tending.ts";
import { keepUsage } from "#entry/keep-usage.ts";
import { openCredentials } from "#entry/open-credentials.ts";
import { openEvents } from "#entry/open-events.ts";
import { openLimits } from "#entry/open-limits.ts";
import { openReceivers } from "#entry/open-receivers.ts";
import { openSources } from "#entry/open-sources.ts";
import { type Handler, type HttpServer, serve } from "#entry/serve.ts";
import { readAssetFromDisk } from "#entry/site-assets.ts";
import { createStoppable } from "#entry/stop.ts";
import { adminProblem, createAdminApi, createGateway, describeGateway, onlyAllowed } from "#gateway";
import { problemDocument } from "#http/problem-document.ts";
import { envelopes } from "#lib/envelope.ts";
import { connectStore } from "#store/connect.ts";
import { ownAccount } from "#store/own-account.ts";
import { receiptRecords } from "#store/receipts.ts";
import { usageWriter } from "#store/usage.ts";
import { type GatewayParts, makeSecrets, operatorOf, type ServedGateway } from "./served-gateway.ts";

export interface NodeGateway extends ServedGateway {
  readonly port: number;
  readonly server: HttpServer;
  /** Where the admin API listens, without a slash at the end. */
  readonly adminUrl: string;
  /** What operators read. */
  readonly metrics: () => string;
  /** From now on nothing runs in the background, as in a runtime that knows no background. */
  stopTending(): void;
}

/** Serves in this process, at a free port. */
export async function serveOnNode(parts: GatewayParts): Promise<NodeGateway> {
  const { definition, sources, storeUrl, variables = {}, secrets = makeSecrets(), limited = false, passing, now = () => Date.now() } = parts;
  const project = describeGateway(definition);
  const urls = [...sources].flatMap(([name, { live, test }]) => {
    const [liveVariable, testVariable] = sourceVariables(name);
    return [
      [liveVariable, live ?? ""],
      [testVariable, test ?? ""],
    ];
  });
  // Tests send what is refused by the hundred, from one address.
  const standard = { DATABASE_URL: storeUrl, AUTH_FAILURES: "0", WEBHOOK_TEST_LOOPBACK: "true", ...secrets.variables };
  const read = readConfig({ ...standard, ...Object.fromEntries(urls), ...variables }, project.sources);
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const { config } = read;

  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const log = onlyAllowed(pino({ level: "trace", base: null }, destination));

  let url = "";
  let handler: Handler = () => new Response(null, { status: 503 });
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    clientAddress: clientAddress(config.trustedProxies),
    handler: (request, origin) => handler(request, origin),
    render: (problem) => problemDocument(problem, crypto.randomUUID(), url),
  });
  url = `http://127.0.0.1:${server.address.port}`;
  const store = connectStore({ url: storeUrl, poolSize: 4, timeoutMs: config.storeTimeoutMs, onBrokenConnection: () => undefined });
  const databases = openSources(project.sources, sources, config);
  const receipts = receiptRecords(() => store);
  const credentials = openCredentials({
    config,
    storeUrl,
    store,
    peppers: createPeppers(new Map([[1, secrets.pepper]])),
    knownScopes: project.scopes,
    keyPrefix: definition.keyPrefix,
    log,
    publicUrl: url,
    envelopes: envelopes({ current: secrets.secret, others: config.previousSecrets }),
    fetchKeys: fetchKeysOnNode({ privateHosts: config.privateKeyHosts, ...(parts.ca !== undefined && { ca: parts.ca }) }),
  });
  const life = createStoppable(() => undefined);
  const limits = limited ? openLimits({ store, redisUrl: config.redisUrl, log, elapsedMs: () => performance.now() }, life) : undefined;
  life.onStop(() => credentials.close());
  const events = openEvents({ config, store, storeUrl, log }, life);
  const { authenticator, tokenServer } = credentials;
  const gateway = createGateway({
    definition,
    secret: secrets.secret,
    publicUrl: url,
    exampleCurl: `curl ${url}`,
    readAsset: readAssetFromDisk,
    log,
    protection: config.protection,
    ...(passing !== undefined && { passing }),
    now,
    elapsedMs: () => performance.now(),
  });
  const usage = keepUsage(
    usageWriter(() => store),
    log,
  );
  const account = ownAccount(() => store);
  const tending = keepTending(() => gateway.tend(databases.find, receipts));
  let stopped: Promise<void> | undefined;
  const stopTending = (): void => {
    tending();
    stopped ??= life.stop();
  };
  const operator = operatorOf(definition, store, secrets, openReceivers(config.webhooks, life, parts.ca));
  const { plane } = operator;
  const endpoints = ownEndpoints(() => plane);
  const admin = await serve({
    host: "127.0.0.1",
    port: 0,
    handler: createAdminApi({
      plane,
      authenticator: operatorAuthenticator({ operators: plane.records.operators, peppers: plane.peppers }),
      ...{ log, now, elapsedMs: () => performance.now() },
    }),
    render: (problem) => adminProblem(problem, crypto.randomUUID()),
  });
  handler = (request, origin) =>
    gateway.fetch(request, origin, {
      databases: databases.find,
      authenticator,
      tokenServer,
      limiter: limits?.limiter,
      receipts,
      account,
      usage: usage.sink,
      events,
      endpoints,
    });

  return {
    url,
    port: server.address.port,
    server,
    log: () => lines.join(""),
    ownSecrets: secrets.forms,
    ...operator,
    adminUrl: `http://127.0.0.1:${admin.address.port}`,
    metrics: () => gateway.metrics() + credentials.metrics() + (limits?.metrics() ?? "") + usage.metrics(),
    stopTending,
    async stop() {
      events.waits.end();
      await server.close(0);
      await admin.close(0);
      stopTending();
      await stopped;
      await databases.close();
      await usage.stop();
      await store.destroy();
    },
  };
}
