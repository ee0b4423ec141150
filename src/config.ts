/** The only reader of the environment: says what is configured, or everything that is missing or wrong at once. */
import { z } from "zod";
import { type UsageKept, usageKept } from "#contract/usage-kept.ts";
import { type AddressRange, parseRange } from "#control-plane/addresses/address.ts";
import type { ProtectionSettings } from "#erp/protection/settings.ts";
import { defaultRetention, type Retention } from "#erp/write/retention.ts";
import { protectionOf, protectionVariables, wholeNumber } from "./protection-config.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** A source as a project declares it. */
export interface DeclaredSource {
  readonly name: string;
  readonly dialect: "postgres" | "mariadb";
}

/** By environment; one that is not configured is not served. */
export interface SourceUrls {
  readonly live?: string;
  readonly test?: string;
  /** Copies to read from, where there are any. */
  readonly replicas?: { readonly live?: string; readonly test?: string };
}

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Where partners reach the gateway, without a slash at the end; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  readonly logLevel: string;
  /** `embedded`: a Postgres of its own, in the folder `.sluice`. */
  readonly store: { readonly kind: "embedded" } | { readonly kind: "external"; readonly url: string };
  readonly storePoolSize: number;
  readonly storeTimeoutMs: number;
  /** `embedded`: the project's bundled ERP. Else by the name of the source. */
  readonly sources: { readonly kind: "embedded" } | { readonly kind: "external"; readonly urls: ReadonlyMap<string, SourceUrls> };
  readonly sourceConnectTimeoutMs: number;
  /** Longest run of one statement in an ERP. */
  readonly sourceTimeoutMs: number;
  /** Longest wait of a statement for a lock in an ERP. */
  readonly sourceLockTimeoutMs: number;
  /** Whether statements may be prepared by name; poolers in transaction mode forbid it. */
  readonly sourcePrepare: boolean;
  /** What each kind of work and each partner may take of a source, and when a source is left alone. */
  readonly protection: ProtectionSettings;
  /** Where operators read metrics, if anywhere; never on the port that partners use. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Versions of the pepper of key hashes; undefined only with an embedded store, which generates and keeps its own. */
  readonly keyPeppers: ReadonlyMap<number, Uint8Array> | undefined;
  /** Whether the documentation has the guides for the team that wraps the ERP; partners have no use for them. */
  readonly teamGuides: boolean;
  /** Seals cursors and what is stored of answers, at least 32 bytes; undefined only with an embedded store. */
  readonly secret: Uint8Array | undefined;
  /** Secrets of before, newest first: what was stored under them can still be read. */
  readonly previousSecrets: readonly Uint8Array[];
  /** Hosts whose keys for OAuth2 may be fetched from private addresses. */
  readonly privateKeyHosts: ReadonlySet<string>;
  /** Where webhooks may go besides the public internet. */
  readonly webhooks: {
    /** Hosts that may be at private addresses, also over http. */
    readonly privateHosts: ReadonlySet<string>;
    /** Whether endpoints of the test environment may be on this machine. */
    readonly testLoopback: boolean;
  };
  /** How long answers of writes are kept to be repeated, and how long it is known that a key was used. */
  readonly retention: Retention;
  /** How long it is kept what partners asked. */
  readonly usageKept: UsageKept;
  /** Where operators reach the admin API, if anywhere; never on the port that partners use. */
  readonly admin: { readonly host: string; readonly port: number } | undefined;
  /** Where processes count together; undefined: each counts for itself. */
  readonly redisUrl: string | undefined;
  readonly credentials: CredentialSettings;
  /** Whose word on a client's address counts, and the header it stands in. */
  readonly trustedProxies: { readonly ranges: readonly AddressRange[]; readonly header: "x-forwarded-for" | "forwarded" };
}

/** How credentials are checked. */
export interface CredentialSettings {
  /** Whether changes are listened for, besides being polled; poolers in transaction mode forbid it. */
  readonly listen: boolean;
  /** Credentials that a process remembers. */
  readonly cacheSize: number;
  /** Refused credentials in a window after which a network is throttled; 0: never. */
  readonly failures: number;
  readonly failuresWindowMs: number;
}

export type ConfigRead = { readonly kind: "valid"; readonly config: Config } | { readonly kind: "invalid"; readonly reasons: readonly string[] };

/**
 * Reads the variables of a project with these sources. With nothing configured, everything is embedded. A source needs the
 * URL of one environment at least. A `DATABASE_URL` means business: then sources and secrets have to be configured as well,
 * and nothing is made up in their place.
 */
export function readConfig(variables: Variables, sources: readonly DeclaredSource[]): ConfigRead {
  // An empty variable is what shells and compose files make of one that is not set.
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ""));
  const reasons: string[] = [];

  const parsed = schema.safeParse(set);
  if (!parsed.success) reasons.push(...parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));

  const erpVariables = sources.flatMap(({ name, dialect }) => sourceVariables(name).map((variable) => [variable, dialect] as const));
  const external = set["DATABASE_URL"] !== undefined || erpVariables.some(([name]) => set[name] !== undefined);
  for (const { name } of external ? sources : []) {
    const [live, test] = sourceVariables(name);
    if (set[live] !== undefined || set[test] !== undefined) continue;
    reasons.push(`${live} is missing: the URL of the ERP's database behind live keys.`);
    reasons.push(`${test} is missing: the URL of the one behind test keys. One of the two is enough.`);
  }
  const required = set["DATABASE_URL"] === undefined ? [] : requiredSecrets;
  for (const [name, what] of required) if (set[name] === undefined) reasons.push(`${name} is missing: ${what}.`);
  const replicaVariables = sources.flatMap(({ name, dialect }) => sourceReplicaVariables(name).map((variable) => [variable, dialect] as const));
  for (const [name, dialect] of [...erpVariables, ...replicaVariables]) {
    const url = set[name];
    if (url !== undefined && !isDatabaseUrl(url, dialect)) reasons.push(`${name} ${notDatabaseUrl[dialect]}`);
  }
  for (const [name] of replicaVariables) {
    const followed = name.replace("_REPLICA_URL", "_URL");
    if (set[name] !== undefined && set[followed] === undefined) reasons.push(`${name} is set, and the database it is a replica of is not: ${followed}.`);
  }
  if (reasons.length > 0 || !parsed.success) return { kind: "invalid", reasons };

  const values = parsed.data;
  const embedded = values.DATABASE_URL === undefined;
  const urls = new Map(sources.map(({ name }) => [name, urlsOf(name, set)]));
  return {
    kind: "valid",
    config: {
      // Whoever tries it out does so on this machine only; a gateway with a database of its own is there to be reached.
      host: values.HOST ?? (embedded ? "127.0.0.1" : "0.0.0.0"),
      port: values.PORT,
      publicUrl: values.PUBLIC_URL,
      logLevel: values.LOG_LEVEL ?? (embedded ? "warn" : "info"),
      store: values.DATABASE_URL === undefined ? { kind: "embedded" } : { kind: "external", url: values.DATABASE_URL },
      storePoolSize: values.STORE_POOL_SIZE,
      storeTimeoutMs: values.STORE_TIMEOUT_MS,
      sources: external ? { kind: "external", urls } : { kind: "embedded" },
      sourceConnectTimeoutMs: values.SOURCE_CONNECT_TIMEOUT_MS,
      sourceTimeoutMs: values.SOURCE_TIMEOUT_MS,
      sourceLockTimeoutMs: values.SOURCE_LOCK_TIMEOUT_MS,
      sourcePrepare: values.SOURCE_PREPARE === "true",
      protection: protectionOf(values),
      metrics: values.METRICS_PORT === undefined ? undefined : { host: values.METRICS_HOST, port: values.METRICS_PORT },
      // Partners should not be shown how an ERP is wrapped; whoever tries it out should.
      teamGuides: values.TEAM_GUIDES === undefined ? values.DATABASE_URL === undefined : values.TEAM_GUIDES === "true",
      keyPeppers: values.SLUICE_KEY_PEPPER,
      secret: values.SLUICE_SECRET,
      previousSecrets: values.SLUICE_PREVIOUS_SECRETS ?? [],
      privateKeyHosts: new Set(values.OAUTH_PRIVATE_HOSTS),
      webhooks: {
        privateHosts: new Set(values.WEBHOOK_PRIVATE_HOSTS),
        // Whoever has a test key could reach what listens beside the gateway, and be shown what it answers.
        testLoopback: values.WEBHOOK_TEST_LOOPBACK === undefined ? values.DATABASE_URL === undefined : values.WEBHOOK_TEST_LOOPBACK === "true",
      },
      retention: { ...defaultRetention, bodyDays: values.RECEIPT_BODY_DAYS },
      redisUrl: values.REDIS_URL,
      credentials: {
        listen: values.STORE_LISTEN === "true",
        cacheSize: values.CREDENTIAL_CACHE_SIZE,
        failures: values.AUTH_FAILURES,
        failuresWindowMs: values.AUTH_FAILURES_WINDOW_SECONDS * 1000,
      },
      trustedProxies: { ranges: values.TRUSTED_PROXIES ?? [], header: values.TRUSTED_PROXY_HEADER },
      usageKept: { requestLogDays: values.REQUEST_LOG_DAYS, usageDays: values.USAGE_DAYS, eventDays: values.EVENT_DAYS },
      admin: values.ADMIN_PORT === undefined ? undefined : { host: values.ADMIN_HOST, port: values.ADMIN_PORT },
    },
  };
}

/** The variables of a source: `erp` has `ERP_LIVE_URL` and `ERP_TEST_URL`. */
export function sourceVariables(source: string): readonly [live: string, test: string] {
  const name = source.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase();
  return [`${name}_LIVE_URL`, `${name}_TEST_URL`];
}

/** Those of its replicas: `ERP_LIVE_REPLICA_URL` and `ERP_TEST_REPLICA_URL`. */
function sourceReplicaVariables(source: string): readonly [live: string, test: string] {
  const [live, test] = sourceVariables(source);
  return [live.replace(/URL$/, "REPLICA_URL"), test.replace(/URL$/, "REPLICA_URL")];
}

function urlsOf(source: string, set: Variables): SourceUrls {
  const [live, test] = sourceVariables(source).map((name) => set[name]);
  const [liveReplica, testReplica] = sourceReplicaVariables(source).map((name) => set[name]);
  const replicas = { ...(liveReplica !== undefined && { live: liveReplica }), ...(testReplica !== undefined && { test: testReplica }) };
  return { ...(live !== undefined && { live }), ...(test !== undefined && { test }), ...(Object.keys(replicas).length > 0 && { replicas }) };
}

const requiredSecrets = [
  ["SLUICE_KEY_PEPPER", "`1:` and 32 random bytes in base64, e.g. from `echo 1:$(openssl rand -base64 32)`"],
  ["SLUICE_SECRET", "32 random bytes in base64, e.g. from `openssl rand -base64 32`"],
] as const;

const notDatabaseUrl = {
  postgres: "is not the URL of a Postgres database, such as postgres://user:password@host:5432/name.",
  mariadb: "is not the URL of a MariaDB or MySQL database, such as mysql://user:password@host:3306/name.",
} as const;

function isDatabaseUrl(text: string, dialect: DeclaredSource["dialect"]): boolean {
  const scheme = dialect === "postgres" ? /^postgres(ql)?:\/\/[^/]/ : /^(mysql|mariadb):\/\/[^/]/;
  return scheme.test(text) && URL.canParse(text);
}

const hostName = z.string().regex(/^[A-Za-z0-9.:_-]+$/, "is not a host name or address.");

const hostNames = z
  .string()
  .transform((text) => text.split(",").map((host) => host.trim().toLowerCase()))
  .refine((hosts) => hosts.every((host) => /^[a-z0-9._:-]+$/.test(host)), "is not a list of host names, separated by commas.");

const schema = z.object({
  PORT: wholeNumber(0, 65_535).default(8080),
  HOST: hostName.optional(),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_HOST: hostName.default("127.0.0.1"),
  ADMIN_PORT: wholeNumber(0, 65_535).optional(),
  ADMIN_HOST: hostName.default("127.0.0.1"),
  PUBLIC_URL: z
    .string()
    .refine(
      (text) => /^https?:\/\/[^/?#]+\/?$/.test(text) && URL.canParse(text),
      "is not the address of a server, such as https://api.example.com (without a path).",
    )
    .transform((text) => text.replace(/\/$/, ""))
    .optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "is none of trace, debug, info, warn, error, fatal, silent.").optional(),
  DATABASE_URL: z
    .string()
    .refine((text) => isDatabaseUrl(text, "postgres"), notDatabaseUrl.postgres)
    .optional(),
  STORE_POOL_SIZE: wholeNumber(1, 1_000).default(10),
  STORE_TIMEOUT_MS: wholeNumber(100, 60_000).default(2_000),
  ...protectionVariables,
  SOURCE_LOCK_TIMEOUT_MS: wholeNumber(10, 600_000).default(1_000),
  SOURCE_PREPARE: z.enum(["true", "false"], "is neither true nor false.").default("true"),
  TEAM_GUIDES: z.enum(["true", "false"], "is neither true nor false.").optional(),
  SLUICE_KEY_PEPPER: z.string().transform(parsePeppers).optional(),
  SLUICE_SECRET: z
    .string()
    .transform((text, context) => base64Of32(text) ?? fail(context, "is not 32 or more bytes in base64."))
    .optional(),
  SLUICE_PREVIOUS_SECRETS: z.string().transform(parseSecrets).optional(),
  OAUTH_PRIVATE_HOSTS: hostNames.optional(),
  WEBHOOK_PRIVATE_HOSTS: hostNames.optional(),
  WEBHOOK_TEST_LOOPBACK: z.enum(["true", "false"], "is neither true nor false.").optional(),
  RECEIPT_BODY_DAYS: wholeNumber(1, defaultRetention.tombstoneDays).default(defaultRetention.bodyDays),
  STORE_LISTEN: z.enum(["true", "false"], "is neither true nor false.").default("true"),
  CREDENTIAL_CACHE_SIZE: wholeNumber(100, 10_000_000).default(100_000),
  AUTH_FAILURES: wholeNumber(0, 1_000_000).default(100),
  AUTH_FAILURES_WINDOW_SECONDS: wholeNumber(1, 86_400).default(60),
  TRUSTED_PROXIES: z.string().transform(parseRanges).optional(),
  TRUSTED_PROXY_HEADER: z.enum(["x-forwarded-for", "forwarded"], "is neither x-forwarded-for nor forwarded.").default("x-forwarded-for"),
  REDIS_URL: z
    .string()
    .refine((text) => /^rediss?:\/\/[^/]/.test(text) && URL.canParse(text), "is not the URL of a Redis server, such as redis://user:password@host:6379/0.")
    .optional(),
  REQUEST_LOG_DAYS: wholeNumber(1, 3_650).default(usageKept.requestLogDays),
  // The month so far is counted from them.
  USAGE_DAYS: wholeNumber(31, 3_650).default(usageKept.usageDays),
  EVENT_DAYS: wholeNumber(1, 3_650).default(usageKept.eventDays),
});

/** Every variable apart from the sources' own, with its default where it has a fixed one: what the documentation has to name. */
export function knownVariables(): ReadonlyMap<string, unknown> {
  const defaults: Readonly<Record<string, unknown>> = schema.parse({});
  return new Map(Object.keys(schema.shape).map((name) => [name, defaults[name]]));
}

function parseRanges(text: string, context: z.RefinementCtx): readonly AddressRange[] {
  const ranges = text.split(",").map((part) => parseRange(part.trim()));
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? known : fail(context, "is not a list of addresses or ranges such as 10.0.0.0/8,2001:db8::/32, separated by commas.");
}

function parsePeppers(text: string, context: z.RefinementCtx): ReadonlyMap<number, Uint8Array> {
  const peppers = new Map<number, Uint8Array>();
  for (const part of text.split(",")) {
    const [, version, encoded = ""] = /^([1-9]\d{0,5}):(.+)$/.exec(part.trim()) ?? [];
    const bytes = base64Of32(encoded);
    if (version === undefined || !bytes) return fail(context, "is not of the form 1:<base64 of 32 bytes>, further versions separated by commas.");
    if (peppers.has(Number(version))) return fail(context, `names version ${version} twice.`);
    peppers.set(Number(version), bytes);
  }
  return peppers;
}

function parseSecrets(text: string, context: z.RefinementCtx): readonly Uint8Array[] {
  const secrets = text.split(",").map((part) => base64Of32(part.trim()));
  const known = secrets.filter((bytes) => bytes !== undefined);
  return known.length === secrets.length ? known : fail(context, "is not a list of secrets in base64, each of 32 or more bytes, separated by commas.");
}

/** Never quotes the value: it is a secret, and reasons end up in logs. */
function fail(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

function base64Of32(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length >= 32 ? bytes : undefined;
}

/** The variables of this process, for the entries that hand them to `readConfig`. */
export function processVariables(): Variables {
  return process.env;
}
