/** From the tarball to the first answer, as a team outside this repository does it: on Postgres and on MariaDB. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GatewayProcess } from "../entry/gateway-process.ts";
import { createMariadbDatabase } from "../support/mariadb.ts";
import { createDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { begin, install, type Outside, packOutside, run } from "./outside.ts";
import { correctColumn, ordersOfC1, schema, writeOwnResource } from "./own-erp.ts";

let outside: Outside | undefined;
/** The folder of the first project; what is installed there serves the one below it as well. */
let home: string;
let offline: string | undefined;
const processes: GatewayProcess[] = [];

beforeAll(async () => {
  outside = await packOutside();
  home = join(outside.folder, "shop");
  mkdirSync(home);
  offline = await install(home, outside.tarball);
}, 600_000);

afterAll(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map((process) => process.ends()));
  outside?.remove();
});

const sluice = (project: string, ...words: readonly string[]) => run(project, ["npx", "sluice", ...words], { PORT: "0" });

interface Start {
  readonly folder: string;
  readonly command: readonly string[];
}

/** What the team types and writes, from a project that was just made to an answer for a customer. */
async function untilServed(project: string, url: string, start: Start): Promise<void> {
  const doctor = await sluice(project, "doctor");
  expect(doctor.code, "an ERP that nobody has named yet").toBe(1);
  expect(doctor.out).toContain("ERP_LIVE_URL is missing");
  const refused = await run(project, ["npm", "start"]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`Set it in the environment or in ${join(project, ".env")}`)]);

  writeFileSync(join(project, ".env"), readFileSync(join(project, ".env.example"), "utf8").replace(/^ERP_LIVE_URL=.*$/m, `ERP_LIVE_URL=${url}`), {
    mode: 0o600,
  });
  expect((await sluice(project, "doctor")).out).toContain("widgets: there is no table widget");

  const drafted = await sluice(project, "introspect", "--tables", "cusord=orders");
  expect(drafted).toMatchObject({ code: 0, out: expect.stringContaining("Removed the example, resources/widgets/") });
  const asked = await run(project, ["npm", "run", "check"]);
  expect([asked.code, asked.out]).not.toEqual([0, expect.anything()]);
  expect(asked.out).toContain("orders: the column with the customer's number: cusno?");
  writeOwnResource(project);
  const misspelt = await run(project, ["npm", "run", "check"]);
  expect([misspelt.code, misspelt.out]).not.toEqual([0, expect.anything()]);
  expect(misspelt.out).toContain("placed_on: cusord has no column ordDT");
  correctColumn(project);
  expect(await sluice(project, "document")).toMatchObject({ code: 0, err: "" });
  expect(await run(project, ["npm", "run", "check"])).toMatchObject({ code: 0 });
  expect(await sluice(project, "doctor")).toMatchObject({ code: 0, out: expect.stringContaining("All bound tables are there.") });

  const gateway = begin(start.folder, start.command, { PORT: "0" });
  processes.push(gateway);
  const served = await gateway.serves();
  expect(gateway.out()).toContain("npx sluice key create");
  expect(gateway.out()).toContain("ERP_TEST_URL is not set: test keys are answered with 503.");
  const created = await sluice(project, "key", "create", "--partner", "First", "--account", "live:C1", "--env", "live", "--scopes", "orders:read");
  expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^slc_live_/) });
  const key = created.out.trim();
  // The line that the start has shown, with the key in its place.
  const line = /^ +(curl .*<key>.*)$/m.exec(gateway.out())?.[1]?.replace("<key>", key) ?? "";
  const answer = await run(project, ["sh", "-c", line.replace("limit=2", "limit=10")]);
  expect(JSON.parse(answer.out)).toEqual({ data: ordersOfC1, next_cursor: null });
  expect(await statusOf(`${served}/v1/orders/B1`, key)).toBe(404);

  const test = await sluice(project, "key", "create", "--partner", "First", "--env", "test", "--scopes", "orders:read");
  expect(test.err).toContain("requests with this key are answered with 503");
  expect(await statusOf(`${served}/v1/orders`, test.out.trim())).toBe(503);
  for (const page of ["/docs", "/docs/guides/getting-started", "/docs/assets/scalar.js", "/docs/assets/site.css", "/health"])
    expect((await fetch(served + page)).status, page).toBe(200);

  gateway.child.kill("SIGTERM");
  await gateway.ends();
  await expect.poll(() => existsSync(join(project, ".sluice/running.json")), { timeout: 15_000 }).toBe(false);
}

async function statusOf(url: string, key: string): Promise<number> {
  return (await fetch(url, { headers: { Authorization: `Bearer ${key}` } })).status;
}

describe("a team outside this repository", { timeout: 600_000 }, () => {
  test("serves its first resource from Postgres, and its tests are the common suite", async ({ skip }) => {
    if (offline !== undefined) return skip(offline);
    const database = await createDatabase();
    try {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(schema).finally(() => client.end());

      const made = await sluice(home, "init", "--name", "Shop & Sons", "--dialect", "postgres");
      expect(made).toMatchObject({ code: 0, err: "" });
      expect(existsSync(join(home, "openapi"))).toBe(true);
      offline = await install(home);
      if (offline !== undefined) return skip(offline);
      await untilServed(home, database.url, { folder: home, command: ["npm", "start"] });

      const suite = await run(home, ["npm", "test"]);
      expect([suite.code, suite.out]).toEqual([0, expect.stringMatching(/[4-9]\d passed/)]);
    } finally {
      await database.drop();
    }
  });

  describeWith("mariadb", "with MariaDB", (mariadbUrl) => {
    test("serves its first resource from a project in a folder beside", async ({ skip }) => {
      if (offline !== undefined) return skip(offline);
      const database = await createMariadbDatabase(mariadbUrl);
      try {
        await database.run(schema);
        expect(await sluice(home, "init", "warehouse", "--dialect", "mariadb")).toMatchObject({ code: 0, err: "" });
        const project = join(home, "warehouse");
        expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toMatchObject({
          name: "warehouse-partner-api",
          dependencies: { sluice: expect.stringMatching(/^file:\.\.\/\.\.\/sluice-.*\.tgz$/) },
        });
        await untilServed(project, database.url, { folder: home, command: ["npx", "sluice", "start", "--project", "warehouse"] });
      } finally {
        await database.drop();
      }
    });
  });
});

describe("the tarball", () => {
  test("holds what runs, and no tests, demo or sources", async () => {
    const { folder = "", tarball = "" } = outside ?? {};
    const listed = (await run(folder, ["tar", "tzf", tarball])).out.split("\n").filter(Boolean);
    const outer = new Set(listed.map((path) => path.split("/").slice(1, 2).join("")));
    expect([...outer].sort()).toEqual(["LICENSE", "README.md", "dist", "docs", "migrations", "package.json", "templates"]);
    for (const path of ["dist/index.d.ts", "dist/testing/index.js", "dist/http/site/assets/scalar.js", "migrations/0001_partners_and_keys.sql"])
      expect(listed).toContain(`package/${path}`);
    expect(listed.filter((path) => /^package\/(?!templates\/).*(?<!\.d)\.ts$/.test(path))).toEqual([]);
    expect(listed.filter((path) => path.startsWith("package/docs/") && !/^package\/docs\/(?:guides|operating|wrapping)\//.test(path))).toEqual([]);
  });
});
