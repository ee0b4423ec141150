/** The gateway with one of several ways to know its callers: none, keys with limits in memory, keys with limits in Redis. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { waits } from "#events/waits.ts";
import { eventPages } from "#store/event-pages.ts";
import demo from "../demo/gateway.ts";
import { readConfig } from "../src/config.ts";
import { createPeppers } from "../src/control-plane/api-keys/peppers.ts";
import { fetchKeysOnNode } from "../src/entry/fetch-keys.ts";
import { createLog } from "../src/entry/log.ts";
import { openCredentials } from "../src/entry/open-credentials.ts";
import { openLimits } from "../src/entry/open-limits.ts";
import { openSources } from "../src/entry/open-sources.ts";
import { serve } from "../src/entry/serve.ts";
import { createStoppable } from "../src/entry/stop.ts";
import { createGateway, describeGateway } from "../src/gateway.ts";
import { problemDocument } from "../src/http/problem-document.ts";
import { envelopes } from "../src/lib/envelope.ts";
import { unlimited } from "../src/pipeline/limits.ts";
import type { Authenticator } from "../src/pipeline/principal.ts";
import { connectStore } from "../src/store/connect.ts";
import { ownAccount } from "../src/store/own-account.ts";
import { receiptRecords } from "../src/store/receipts.ts";

const task = z.object({ knows: z.enum(["nobody", "memory", "redis"]), environment: z.record(z.string(), z.string()), account: z.string() });
const { knows, environment, account } = task.parse(JSON.parse(readFileSync(0, "utf8")));

const { sources, scopes, versions } = describeGateway(demo);
const read = readConfig(environment, sources);
if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
const { config } = read;
if (config.sources.kind !== "external" || config.store.kind !== "external" || !config.secret || !config.keyPeppers) throw new Error("not configured");

const url = "http://127.0.0.1";
const life = createStoppable(() => undefined);
const log = createLog("error");
const elapsedMs = (): number => performance.now();
const store = connectStore({ url: config.store.url, poolSize: 4, timeoutMs: 2_000, onBrokenConnection: () => undefined });
const databases = openSources(sources, config.sources.urls, config);
const receipts = receiptRecords(() => store);

/** Whoever asks is the customer: what is left of a request when nothing has to be known of its caller. */
const anybody: Authenticator = {
  authenticate: async () => ({
    kind: "authenticated",
    principal: {
      partner: "ptr_bench",
      partnerName: "Bench",
      environment: "live",
      keyId: "bench",
      scopes: new Set(["orders:read"]),
      accounts: [account],
      apiVersion: versions[0],
      expiresAt: undefined,
      limits: unlimited,
    },
  }),
};
const noTokens = { token: async () => Promise.reject(new Error("no tokens here")), publicKeys: async () => ({ keys: [] }) };
const credentials =
  knows === "nobody"
    ? undefined
    : openCredentials({
        config,
        storeUrl: config.store.url,
        store,
        peppers: createPeppers(config.keyPeppers),
        knownScopes: scopes,
        keyPrefix: demo.keyPrefix,
        log,
        publicUrl: url,
        envelopes: envelopes({ current: config.secret, others: [] }),
        fetchKeys: fetchKeysOnNode({ privateHosts: new Set() }),
      });
const limits = knows === "nobody" ? undefined : openLimits({ store, redisUrl: knows === "redis" ? config.redisUrl : undefined, log, elapsedMs }, life);

const gateway = createGateway({
  definition: demo,
  secret: config.secret,
  publicUrl: url,
  exampleCurl: "",
  readAsset: async () => "",
  log,
  protection: config.protection,
  now: () => Date.now(),
  elapsedMs,
});
const handles = {
  databases: databases.find,
  authenticator: credentials?.authenticator ?? anybody,
  tokenServer: credentials?.tokenServer ?? noTokens,
  limiter: limits?.limiter,
  receipts,
  account: ownAccount(() => store),
  usage: { note: () => undefined },
  // Nobody has any here.
  endpoints: { perform: async () => ({ kind: "absent" as const }), publicKeys: async () => undefined },
  events: { records: eventPages(() => store), waits: waits({ heads: eventPages(() => store).heads, pollMs: 1_000 }) },
};
const server = await serve({
  host: "127.0.0.1",
  port: 0,
  handler: (request, origin) => gateway.fetch(request, origin, handles),
  render: (problem) => problemDocument(problem, crypto.randomUUID(), url),
});
process.stdout.write(`${server.address.port}\n`);
process.once("SIGTERM", async () => {
  await server.close(0);
  await life.stop();
  await credentials?.close();
  await databases.close();
  await store.destroy();
});
