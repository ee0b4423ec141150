/** Configuration: nothing set is embedded, everything wrong is said at once, and no secret is quoted. */
import { expect, test } from "vitest";
import { readConfig } from "#config";

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

test("an ERP of one's own works with the embedded store, and then needs both environments", () => {
  const { ERP_LIVE_URL, ERP_TEST_URL } = complete;
  expect(readConfig({ ERP_LIVE_URL, ERP_TEST_URL }, erp)).toMatchObject({ config: { store: { kind: "embedded" }, sources: { kind: "external" } } });
  expect(reasons({ ERP_LIVE_URL })).toEqual(["ERP_TEST_URL is missing: the URL of an ERP database."]);
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
