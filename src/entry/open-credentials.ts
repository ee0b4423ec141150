/** Puts together what checks credentials in a Node process: memory, the watch for changes, throttling, and the notes of uses. */
import type { Config } from "#config";
import { createKeyAuthentication } from "#control-plane/api-keys/authenticate.ts";
import type { Peppers } from "#control-plane/api-keys/peppers.ts";
import { createChangeWatch } from "#control-plane/credentials/change-watch.ts";
import { createUseGatherer, notingUses } from "#control-plane/credentials/gather-uses.ts";
import { credentialMetrics } from "#control-plane/credentials/metrics.ts";
import type { FailureRecords } from "#control-plane/failures/failure-records.ts";
import { createFailureWindows } from "#control-plane/failures/failure-windows.ts";
import { shareFailures } from "#control-plane/failures/share-failures.ts";
import { createThrottle } from "#control-plane/failures/throttle.ts";
import { createOAuth, keysOrTokens } from "#control-plane/oauth/oauth.ts";
import type { FetchKeys } from "#control-plane/oauth/remote-keys.ts";
import { throttleTokens } from "#control-plane/oauth/throttled-tokens.ts";
import type { Log, RequestHandles } from "#gateway";
import type { Envelopes } from "#lib/envelope.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { credentialChanges } from "#store/credential-changes.ts";
import { useRecords } from "#store/credential-uses.ts";
import { failureRecords } from "#store/failed-authentications.ts";
import { listenForChanges } from "#store/listen.ts";
import { oauthRecords } from "#store/oauth.ts";
import { repeat } from "./rounds.ts";

export interface CredentialsOptions {
  readonly config: Pick<Config, "credentials" | "storeTimeoutMs">;
  readonly storeUrl: string;
  readonly store: Store;
  readonly peppers: Peppers;
  readonly knownScopes: ReadonlySet<string>;
  readonly keyPrefix: string | undefined;
  readonly log: Log;
  /** Where partners reach the gateway: the issuer of its tokens. */
  readonly publicUrl: string;
  readonly envelopes: Envelopes;
  readonly fetchKeys: FetchKeys;
  /** Where failures are shared; in the store without it. */
  readonly sharedFailures?: FailureRecords | undefined;
}

export interface Credentials {
  readonly authenticator: RequestHandles["authenticator"];
  readonly tokenServer: RequestHandles["tokenServer"];
  readonly metrics: () => string;
  /** Ends what runs in the background; uses are noted a last time. Requests are answered as before, each key looked up once a second. */
  close(): Promise<void>;
}

const pollMs = 500;
/** A poll that takes longer is of no use: by then every key in use has been looked up by itself. */
const pollTimeoutMs = 1_000;
const sweepMs = 60_000;
const flushMs = 2_000;
const shareMs = 250;

export function openCredentials(options: CredentialsOptions): Credentials {
  const { config, store, storeUrl, log } = options;
  const { credentials } = config;
  const elapsedMs = (): number => performance.now();
  const state =
    (what: string) =>
    (now: "lost" | "back", error: unknown): void => {
      if (now === "lost") log.warn({ reason: error instanceof Error ? error.message : typeof error }, `${what} are lost`);
      else log.info({}, `${what} are back`);
    };

  // A connection of its own: polls must not wait behind the lookups that they save.
  const polled = connectStore({
    url: storeUrl,
    poolSize: 1,
    timeoutMs: Math.min(pollTimeoutMs, config.storeTimeoutMs),
    pooledByTransaction: !credentials.listen,
    onBrokenConnection: () => undefined, // The next poll tells of it.
  });
  const changes = credentialChanges(polled);
  const watch = createChangeWatch({ changes, elapsedMs, onState: state("polls for changes of credentials") });
  const keys = createKeyAuthentication({
    peppers: options.peppers,
    knownScopes: options.knownScopes,
    elapsedMs,
    ...(options.keyPrefix !== undefined && { prefix: options.keyPrefix }),
    watch,
    cacheCapacity: credentials.cacheSize,
  });
  const oauth = createOAuth({
    issuer: options.publicUrl,
    peppers: options.peppers,
    envelopes: options.envelopes,
    knownScopes: options.knownScopes,
    prefix: options.keyPrefix,
    fetchKeys: options.fetchKeys,
    elapsedMs,
    watch,
    cacheCapacity: credentials.cacheSize,
    warn: log.warn.bind(log),
  });
  const { server, authenticator: tokens } = oauth.over(oauthRecords(() => store));
  const windows = createFailureWindows({ limit: credentials.failures, windowMs: credentials.failuresWindowMs, capacity: 20_000, elapsedMs });
  const shared = options.sharedFailures ?? failureRecords(store, credentials.failuresWindowMs);
  const throttle = createThrottle(windows);
  const uses = createUseGatherer({ records: useRecords(store), elapsedMs, capacity: credentials.cacheSize });

  const listener = credentials.listen
    ? listenForChanges({
        url: storeUrl,
        channel: "sluice_credentials",
        timeoutMs: config.storeTimeoutMs,
        onNotice: () => void watch.poll(),
        onState: state("notifications of changes of credentials"),
      })
    : undefined;
  const rounds = [
    repeat(pollMs, watch.poll),
    // Whoever cannot sweep, or note, or share, tries again; that the store is gone is told by the polls.
    repeat(sweepMs, changes.sweep),
    repeat(shareMs, () => shareFailures(windows, shared)),
    repeat(flushMs, uses.flush),
  ];

  return {
    authenticator: notingUses(throttle.over(keysOrTokens(keys.over(keyRecords(store)), tokens)), uses),
    tokenServer: throttleTokens(windows)(server),
    metrics: () =>
      credentialMetrics({
        watch,
        elapsedMs,
        isListening: listener?.isListening,
        lookups: sumOf([keys.counts, ...oauth.counts]),
        throttle: throttle.counts,
        uses,
      }),
    async close() {
      await Promise.all([listener?.close(), ...rounds.map((each) => each.stop())]);
      await uses.flush().catch((error: unknown) => log.warn({ reason: String(error) }, "the last uses of credentials could not be noted"));
      await polled.destroy();
    },
  };
}

function sumOf(all: readonly { readonly lookups: number; readonly failures: number; readonly unconfirmed: number }[]) {
  const sum = (of: "lookups" | "failures" | "unconfirmed"): number => all.reduce((total, counts) => total + counts[of], 0);
  return { lookups: sum("lookups"), failures: sum("failures"), unconfirmed: sum("unconfirmed") };
}
