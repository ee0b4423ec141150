/** The gateway as a Cloudflare Worker: a project's `worker.ts` exports what `cloudflareWorker` makes of its definition. */
import type { Config } from "#config";
import { canonicalAddress } from "#control-plane/addresses/address.ts";
import { createKeyAuthentication } from "#control-plane/api-keys/authenticate.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { ownEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import { createFailureWindows } from "#control-plane/failures/failure-windows.ts";
import { createThrottle } from "#control-plane/failures/throttle.ts";
import { createOAuth, keysOrTokens } from "#control-plane/oauth/oauth.ts";
import { throttleTokens } from "#control-plane/oauth/throttled-tokens.ts";
import { forgetOld } from "#control-plane/retention/forget.ts";
import { guardOnSight } from "#events/send/guard.ts";
import { sendOverFetch } from "#events/send/send-over-fetch.ts";
import type { SendWebhook } from "#events/webhook-request.ts";
import { createGateway, describeGateway, type Gateway, type GatewayDefinition, type Log, problemDocument } from "#gateway";
import { type Envelopes, envelopes } from "#lib/envelope.ts";
import { Problem } from "#lib/problems.ts";
import { limits } from "#limits/limits.ts";
import type { Store } from "#store/connect.ts";
import { type Bindings, readBindings } from "./cloudflare/bindings.ts";
import { createConsoleLog } from "./cloudflare/console-log.ts";
import { fetchKeysOnWorkers } from "./cloudflare/fetch-keys.ts";
import { type AccessOver, type OpenHandles, openHandles } from "./cloudflare/request-handles.ts";
import { workerRedisDeadlineMs } from "./cloudflare/request-redis.ts";
import { readStaticAsset } from "./cloudflare/static-assets.ts";
import { controlPlane } from "./control-plane.ts";
import { deliveryRound } from "./delivery-round.ts";
import { exampleRequest, firstPath } from "./example-request.ts";
import { hasTestEnvironment } from "./test-environment.ts";

export interface CloudflareWorker {
  fetch(request: Request, bindings: Bindings, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response>;
  /** A cron trigger: one round of what has to be done without a request. */
  scheduled(event: unknown, bindings: Bindings): Promise<void>;
}

interface Serving {
  readonly kind: "serving";
  readonly gateway: Gateway;
  readonly log: Log;
  readonly usageKept: Config["usageKept"];
  readonly send: SendWebhook;
  readonly envelopes: Envelopes;
  /** What the next request is given. */
  readonly open: () => OpenHandles;
}

interface Refused {
  readonly kind: "refused";
  readonly reasons: readonly string[];
}

/** Nothing is opened or started here: a Worker learns its bindings with its first request, and all I/O is a request's own. */
export function cloudflareWorker(definition: GatewayDefinition): CloudflareWorker {
  // Kept between requests: a composition of values, and caches of values. No promise, no connection.
  let started: Serving | Refused | undefined;
  return {
    async fetch(request, bindings, context) {
      started ??= start(definition, bindings);
      if (started.kind === "refused") return refuse(request, started.reasons);
      const handles = started.open();
      const answer = serve(request, started, handles);
      // Waited for even when the client goes away: else whatever the request holds would end with it, given back to nobody.
      context.waitUntil(answer.then(() => handles.close()));
      return answer;
    },
    async scheduled(_event, bindings) {
      started ??= start(definition, bindings);
      if (started.kind === "refused") throw new Error(started.reasons.join(" "));
      const handles = started.open();
      try {
        await Promise.all([
          started.gateway.tend(handles.databases, handles.receipts),
          forgetOld(handles.retention, started.usageKept),
          relayFor(relayMs, started.gateway, handles),
        ]);
        // With what was relayed just now.
        await deliveryRound({ ...started, store: handles.store }, deliverMs);
      } finally {
        await handles.close();
      }
    },
  };
}

/** Of a minute: the next cron event begins when this one is over. */
const relayMs = 25_000;
const deliverMs = 20_000;

/** Rounds of each source in turn until there is nothing more, or the time is over. Rejects with what stopped the first that failed. */
async function relayFor(ms: number, gateway: Gateway, { databases, eventLog, scans, isConfigured }: OpenHandles): Promise<void> {
  const until = performance.now() + ms;
  const failures: unknown[] = [];
  for (const source of gateway.captureSources(databases, scans)) {
    if (!isConfigured(source.source, source.environment)) continue;
    try {
      for (let more = true; more && performance.now() < until; ) {
        const relayed = await gateway.relay(eventLog, source);
        more = relayed.kind === "done" && relayed.more;
      }
    } catch (error) {
      // The others go on.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Cloudflare itself writes this header, over whatever the client sent; elsewhere it would be anybody's word. */
function originOf(request: Request): { readonly address?: string } {
  const address = canonicalAddress(request.headers.get("cf-connecting-ip") ?? "");
  return address === undefined ? {} : { address };
}

/** Never rejects. */
async function serve(request: Request, { gateway, log }: Serving, handles: OpenHandles): Promise<Response> {
  try {
    return await gateway.fetch(request, originOf(request), handles);
  } catch (error) {
    log.error({ error: error instanceof Error ? error.stack : typeof error }, "request failed outside the gateway");
    return respond(request, new Problem("internal-error", "Something failed inside the gateway."));
  }
}

function start(definition: GatewayDefinition, bindings: Bindings): Serving | Refused {
  const { sources, scopes } = describeGateway(definition);
  const read = readBindings(bindings, sources);
  if (read.kind === "invalid") return { kind: "refused", reasons: read.reasons };
  const { config, publicUrl, keyPeppers, secret, assets } = read.config;
  const now = (): number => Date.now();
  const elapsedMs = (): number => performance.now();
  const log = createConsoleLog(config.logLevel, now);
  const peppers = createPeppers(keyPeppers);
  const authentication = createKeyAuthentication({
    peppers,
    knownScopes: scopes,
    elapsedMs,
    prefix: definition.keyPrefix,
    shareLookups: false,
  });
  const oauth = createOAuth({
    issuer: publicUrl,
    peppers,
    envelopes: envelopes({ current: secret, others: config.previousSecrets }),
    knownScopes: scopes,
    prefix: definition.keyPrefix,
    fetchKeys: fetchKeysOnWorkers,
    elapsedMs,
    shareLookups: false,
    warn: log.warn.bind(log),
  });
  const windows = createFailureWindows({ limit: config.credentials.failures, windowMs: config.credentials.failuresWindowMs, capacity: 20_000, elapsedMs });
  const throttle = createThrottle(windows);
  const throttledTokens = throttleTokens(windows);
  const gateway = createGateway({
    definition,
    secret,
    publicUrl,
    exampleCurl: exampleRequest(publicUrl, firstPath(definition)),
    readAsset: readStaticAsset(assets),
    assetsArePrepared: true,
    teamGuides: config.teamGuides,
    hasTest: hasTestEnvironment(read.config.sources),
    log,
    protection: config.protection,
    previousSecrets: config.previousSecrets,
    retention: config.retention,
    usageKept: config.usageKept,
    now,
    elapsedMs,
    shareLookups: false,
  });
  const access: AccessOver = (keys, records) => {
    const { server, authenticator } = oauth.over(records);
    return { authenticator: throttle.over(keysOrTokens(authentication.over(keys), authenticator)), tokenServer: throttledTokens(server) };
  };
  const shared = config.redisUrl === undefined ? undefined : { processId: crypto.randomUUID(), deadlineMs: workerRedisDeadlineMs };
  const all = limits({ elapsedMs, now, log, longestRequestMs, ...(shared !== undefined && { shared }) });
  const guard = guardOnSight(config.webhooks.privateHosts);
  const receivers = { guard, send: sendOverFetch({ guard, fetch: (url, init) => fetch(url, init), elapsedMs }) };
  const secrets = { peppers, secret, previousSecrets: config.previousSecrets };
  const endpoints = (store: () => Store) => ownEndpoints(() => controlPlane(definition, store(), secrets, config.sources, receivers));
  const atRest = envelopes({ current: secret, others: config.previousSecrets });
  const { send } = receivers;
  return {
    kind: "serving",
    gateway,
    log,
    usageKept: config.usageKept,
    send,
    envelopes: atRest,
    open: () => openHandles(read.config, sources, access, all.over, endpoints, log),
  };
}

/** A request that its client gives up may end here without a word: its place is free again after this. */
const longestRequestMs = 60_000;

/** There is no start that could fail: each request is refused, and the operator finds the reasons in the log. */
function refuse(request: Request, reasons: readonly string[]): Response {
  console.error(JSON.stringify({ level: 60, time: new Date().toISOString(), reasons, msg: "this Worker is not set up, and serves nothing" }));
  return respond(
    request,
    new Problem("gateway-unavailable", "The gateway is not set up. Its operator finds the reasons in its log.", { headers: { "Retry-After": "60" } }),
  );
}

function respond(request: Request, problem: Problem): Response {
  const { status, headers, body } = problemDocument(problem, crypto.randomUUID(), new URL(request.url).origin);
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}
