/** A Worker's bindings: read by the rules of every configuration, in a Worker's words, everything wrong at once. */
import { expect, test } from "vitest";
import { type Bindings, readBindings } from "#entry/cloudflare/bindings.ts";

const erp = [{ name: "erp", dialect: "postgres" }] as const;
const bytes = Buffer.alloc(32, 7).toString("base64");
const hyperdrive = (connectionString: string) => ({ connectionString, host: "h" });
const complete: Bindings = {
  HYPERDRIVE_STORE: hyperdrive("postgres://u:p@store.hyperdrive.local:5432/sluice?sslmode=disable"),
  ERP_LIVE: hyperdrive("postgres://u:p@live.hyperdrive.local:5432/erp"),
  ERP_TEST: hyperdrive("postgres://u:p@test.hyperdrive.local:5432/erp"),
  SLUICE_KEY_PEPPER: `1:${bytes}`,
  SLUICE_SECRET: bytes,
  PUBLIC_URL: "https://api.example.com/",
  ASSETS: { fetch: async () => new Response() },
};

function reasons(bindings: Bindings, sources: Parameters<typeof readBindings>[1] = erp): readonly string[] {
  const read = readBindings(bindings, sources);
  return read.kind === "invalid" ? read.reasons : [];
}

test("a complete set is read: databases from Hyperdrive, the rest as everywhere", () => {
  const read = readBindings({ ...complete, SOURCE_TIMEOUT_MS: "1500", LOG_LEVEL: "debug" }, erp);
  expect(read).toMatchObject({
    kind: "valid",
    config: {
      publicUrl: "https://api.example.com",
      storeUrl: "postgres://u:p@store.hyperdrive.local:5432/sluice?sslmode=disable",
      config: { sourceTimeoutMs: 1500, logLevel: "debug" },
    },
  });
  expect(read.kind === "valid" && read.config.sources.get("erp")).toEqual({
    live: "postgres://u:p@live.hyperdrive.local:5432/erp",
    test: "postgres://u:p@test.hyperdrive.local:5432/erp",
  });
});

test("names of sources become names of bindings, MariaDB's included", () => {
  const sources = [{ name: "web-erp", dialect: "mariadb" }] as const;
  const mysql = hyperdrive("mysql://u:p@h.hyperdrive.local:3306/erp?ssl-mode=DISABLED");
  const read = readBindings({ ...complete, WEB_ERP_LIVE: mysql, WEB_ERP_TEST: mysql }, sources);
  expect(read.kind === "valid" && read.config.sources.get("web-erp")?.live).toBe("mysql://u:p@h.hyperdrive.local:3306/erp");
  expect(reasons({ ...complete, WEB_ERP_LIVE: complete["ERP_LIVE"], WEB_ERP_TEST: mysql }, sources)).toEqual([
    expect.stringContaining("The Hyperdrive binding WEB_ERP_LIVE is not the URL of a MariaDB"),
  ]);
});

test("all that is missing is said at once, whatever else is wrong", () => {
  const named = reasons({ LOG_LEVEL: "loud" }).map((reason) => /\b[A-Z]+(?:_[A-Z]+)+\b|ASSETS/.exec(reason)?.[0]);
  expect(new Set(named)).toEqual(
    new Set(["HYPERDRIVE_STORE", "ERP_LIVE", "ERP_TEST", "LOG_LEVEL", "SLUICE_KEY_PEPPER", "SLUICE_SECRET", "PUBLIC_URL", "ASSETS"]),
  );
});

test("a store of the gateway's own, as a first run on Node has, is refused with the reason", () => {
  const { HYPERDRIVE_STORE: _store, ...rest } = complete;
  expect(reasons(rest)).toEqual([expect.stringMatching(/^HYPERDRIVE_STORE is missing: .*A Worker can run none of its own\.$/)]);
  expect(reasons({ ...rest, DATABASE_URL: "postgres://u:p@db/sluice" })).toHaveLength(1);
});

test("one environment of a source is enough", () => {
  const { ERP_LIVE: _live, ...rest } = complete;
  const read = readBindings(rest, erp);
  expect(read.kind === "valid" && read.config.sources.get("erp")).toEqual({ test: "postgres://u:p@test.hyperdrive.local:5432/erp" });
});

test("a source's copies are bindings, too, and lead nowhere without the database they are copies of", () => {
  const replica = hyperdrive("postgres://u:p@copy.hyperdrive.local:5432/erp");
  const read = readBindings({ ...complete, ERP_LIVE_REPLICA: replica }, erp);
  expect(read.kind === "valid" && read.config.sources.get("erp")?.replicas).toEqual({ live: replica.connectionString });
  const { ERP_LIVE: _live, ...rest } = complete;
  expect(reasons({ ...rest, ERP_LIVE_REPLICA: replica })).toEqual([expect.stringContaining("The Hyperdrive binding ERP_LIVE_REPLICA")]);
});

test("a URL where a binding belongs is refused without being quoted", () => {
  const found = reasons({ ...complete, ERP_LIVE: "postgres://u:secret@erp/live" });
  expect(found[0]).toMatch(/^ERP_LIVE is not a Hyperdrive binding/);
  expect(found.join("\n")).not.toContain("secret");
});
