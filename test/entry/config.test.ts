/** Configuration: nothing set is embedded, everything wrong is said at once, and no secret is quoted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "#config";
import { withEnvFile } from "#entry/env-file.ts";
import { defaultProtection } from "#erp/protection/settings.ts";

const erp = [{ name: "erp", dialect: "postgres" }] as const;
const bytes = Buffer.alloc(32, 7).toString("base64");
const complete = {
  DATABASE_URL: "postgres://u:p@db/sluice",
  ERP_LIVE_URL: "postgres://u:p@erp/live",
  ERP_TEST_URL: "postgresql://u:p@erp/test",
  SLUICE_KEY_PEPPER: `1:${bytes},2:${bytes}`,
  SLUICE_SECRET: bytes,
};

function reasons(variables: Record<string, string>, sources: Parameters<typeof readConfig>[1] = erp): readonly string[] {
  const read = readConfig(variables, sources);
  return read.kind === "invalid" ? read.reasons : [];
}

test("nothing configured is embedded, for this machine only; empty variables count as not set", () => {
  for (const variables of [{}, { DATABASE_URL: "", ERP_LIVE_URL: " ", PORT: "" }]) {
    expect(readConfig(variables, erp)).toMatchObject({
      kind: "valid",
      config: { host: "127.0.0.1", port: 8080, store: { kind: "embedded" }, sources: { kind: "embedded" }, keyPeppers: undefined, secret: undefined },
    });
  }
});

test("a complete configuration is read, with every version of the pepper", () => {
  const read = readConfig({ ...complete, PUBLIC_URL: "https://api.example.com/" }, erp);
  expect(read).toMatchObject({ config: { host: "0.0.0.0", publicUrl: "https://api.example.com", store: { url: complete.DATABASE_URL } } });
  if (read.kind === "invalid" || read.config.sources.kind === "embedded") throw new Error("not external");
  expect(read.config.sources.urls.get("erp")).toEqual({ live: complete.ERP_LIVE_URL, test: complete.ERP_TEST_URL });
  expect([...(read.config.keyPeppers?.keys() ?? [])]).toEqual([1, 2]);
});

test("an ERP of one's own works with the embedded store, for this machine only, and with the URL of one environment", () => {
  const { ERP_LIVE_URL, ERP_TEST_URL } = complete;
  const embedded = { host: "127.0.0.1", store: { kind: "embedded" } };
  for (const [variables, urls] of [
    [
      { ERP_LIVE_URL, ERP_TEST_URL },
      { live: ERP_LIVE_URL, test: ERP_TEST_URL },
    ],
    [{ ERP_LIVE_URL }, { live: ERP_LIVE_URL }],
    [{ ERP_TEST_URL, ERP_LIVE_URL: "" }, { test: ERP_TEST_URL }],
  ] as const) {
    expect(readConfig(variables, erp)).toMatchObject({ config: { ...embedded, sources: { kind: "external", urls: new Map([["erp", urls]]) } } });
  }
});

test("each source needs one environment at least", () => {
  const two = [...erp, { name: "crm", dialect: "postgres" }] as const;
  expect(reasons({ ERP_TEST_URL: complete.ERP_TEST_URL }, two)).toEqual([
    "CRM_LIVE_URL is missing: the URL of the ERP's database behind live keys.",
    "CRM_TEST_URL is missing: the URL of the one behind test keys. One of the two is enough.",
  ]);
});

test("a DATABASE_URL alone is refused with all that is missing: nothing is made up in production", () => {
  expect(reasons({ DATABASE_URL: complete.DATABASE_URL }).map((reason) => reason.split(" ")[0])).toEqual([
    "ERP_LIVE_URL",
    "ERP_TEST_URL",
    "SLUICE_KEY_PEPPER",
    "SLUICE_SECRET",
  ]);
});

test("names of sources become names of variables, and each dialect wants its own kind of URL", () => {
  const sources = [{ name: "web-erp", dialect: "mariadb" }] as const;
  expect(reasons({ WEB_ERP_LIVE_URL: "mysql://u:p@h/a", WEB_ERP_TEST_URL: "mariadb://u:p@h/b" }, sources)).toEqual([]);
  expect(reasons({ WEB_ERP_LIVE_URL: "postgres://u:p@h/a", WEB_ERP_TEST_URL: "mysql://u:p@h/b" }, sources)).toEqual([
    expect.stringContaining("WEB_ERP_LIVE_URL is not the URL of a MariaDB"),
  ]);
});

test("what protects the ERP has defaults, shares left out keep theirs, and the longest pause is never shorter than the first", () => {
  const read = (variables: Record<string, string>) => {
    const found = readConfig({ ...complete, ...variables }, erp);
    return found.kind === "valid" ? found.config : expect.unreachable(found.reasons.join(" "));
  };
  expect(read({}).protection).toEqual(defaultProtection);
  expect(read({}).metrics).toBeUndefined();
  expect(read({ SOURCE_POOL_SHARES: "background=5, read=60" }).protection.shares).toEqual({ read: 60, write: 20, capture: 10, background: 5 });
  expect(read({ SOURCE_BREAKER_MIN_MS: "5000", SOURCE_BREAKER_MAX_MS: "1000" }).protection.breakerMaxMs).toBe(5_000);
  expect(read({ SOURCE_TIMEOUT_MS: "20000", SOURCE_CONNECT_TIMEOUT_MS: "500" }).protection.statementBoundMs).toBe(21_500);
  expect(read({ METRICS_PORT: "9464" }).metrics).toEqual({ host: "127.0.0.1", port: 9464 });
});

test("a replica is a database of its own, in either environment, and of no use without the database it follows", () => {
  const replica = "postgres://u:p@copy/live";
  const read = readConfig({ ...complete, ERP_LIVE_REPLICA_URL: replica }, erp);
  expect(read).toMatchObject({ kind: "valid" });
  if (read.kind === "invalid" || read.config.sources.kind === "embedded") throw new Error("not external");
  expect(read.config.sources.urls.get("erp")).toEqual({ live: complete.ERP_LIVE_URL, test: complete.ERP_TEST_URL, replicas: { live: replica } });
  expect(readConfig({ ERP_LIVE_REPLICA_URL: replica }, erp)).toMatchObject({
    reasons: ["ERP_LIVE_REPLICA_URL is set, and the database it is a replica of is not: ERP_LIVE_URL."],
  });
});

test("test endpoints may be on the gateway's own machine while it is tried out, and in production only where that is said", () => {
  const said = (variables: Record<string, string>) => readConfig(variables, erp);
  for (const variables of [{}, { ...complete, WEBHOOK_TEST_LOOPBACK: "true" }])
    expect(said(variables)).toMatchObject({ config: { webhooks: { testLoopback: true } } });
  for (const variables of [complete, { WEBHOOK_TEST_LOOPBACK: "false" }])
    expect(said(variables)).toMatchObject({ config: { webhooks: { testLoopback: false } } });
});

test("guides for the team are there while it is tried out, and in production only where they are wanted", () => {
  const { ERP_LIVE_URL, ERP_TEST_URL } = complete;
  const said = (variables: Record<string, string>) => readConfig(variables, erp);
  for (const variables of [{}, { ERP_LIVE_URL, ERP_TEST_URL }, { ...complete, TEAM_GUIDES: "true" }])
    expect(said(variables)).toMatchObject({ config: { teamGuides: true } });
  for (const variables of [complete, { TEAM_GUIDES: "false" }]) expect(said(variables)).toMatchObject({ config: { teamGuides: false } });
});

test.for<[string, string]>([
  ["PORT", "65536"],
  ["PORT", "80.5"],
  ["PORT", "-1"],
  ["PORT", "0x50"],
  ["PORT", "8080 "],
  ["HOST", "a b"],
  ["HOST", "http://x"],
  ["PUBLIC_URL", "api.example.com"],
  ["PUBLIC_URL", "https://api.example.com/v1"],
  ["PUBLIC_URL", "ftp://x"],
  ["LOG_LEVEL", "loud"],
  ["DATABASE_URL", "sluice"],
  ["DATABASE_URL", "mysql://u@h/d"],
  ["STORE_POOL_SIZE", "0"],
  ["SOURCE_TIMEOUT_MS", "1"],
  ["SOURCE_PREPARE", "yes"],
  ["SOURCE_POOL_SHARES", "read=40,reads=10"],
  ["SOURCE_POOL_SHARES", "read=0"],
  ["SOURCE_POOL_SHARES", "read=40,read=40"],
  ["SOURCE_POOL_SHARES", "read=70"],
  ["SOURCE_PARTNER_SHARE", "0"],
  ["SOURCE_PARTNER_SHARE", "101"],
  ["SOURCE_QUEUE_SIZE", "-1"],
  ["SOURCE_QUEUE_TIMEOUT_MS", "0"],
  ["SOURCE_BREAKER_FAILURES", "0"],
  ["SOURCE_BREAKER_MIN_MS", "1"],
  ["SOURCE_REPLICA_FALLBACK", "yes"],
  ["ERP_LIVE_REPLICA_URL", "mysql://u@h/d"],
  ["METRICS_PORT", "http"],
  ["METRICS_HOST", "a b"],
  ["TEAM_GUIDES", "1"],
  ["SLUICE_KEY_PEPPER", bytes],
  ["SLUICE_KEY_PEPPER", "1:c2hvcnQ="],
  ["SLUICE_KEY_PEPPER", `0:${bytes}`],
  ["SLUICE_KEY_PEPPER", `1:${bytes},1:${bytes}`],
  ["SLUICE_SECRET", "c2hvcnQ="],
  ["SLUICE_SECRET", "not base64!"],
  ["ERP_LIVE_URL", "erp"],
  ["ERP_TEST_URL", "mysql://u@h/d"],
])("%s=%s is refused by name, in a sentence, and secrets are not quoted", ([name, value]) => {
  const said = reasons({ ...complete, [name]: value });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(new RegExp(`^${name} .*\\.$`));
  if (name.startsWith("SLUICE_")) expect(said[0]).not.toContain(value);
});

test(".env of the project fills in what the environment leaves unset or empty, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-env-"));
  try {
    expect(withEnvFile(folder, { PORT: "1" })).toEqual({ PORT: "1" });
    writeFileSync(join(folder, ".env"), '# a comment\nPORT=2\nHOST="127.0.0.1"\nLOG_LEVEL=warn\n');
    const set = { PORT: "1", HOST: " ", LOG_LEVEL: undefined, OTHER: "x" };
    expect(withEnvFile(folder, set)).toEqual({ PORT: "1", HOST: "127.0.0.1", LOG_LEVEL: "warn", OTHER: "x" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
