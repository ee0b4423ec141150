/** The page on deploying names every variable with its default, and its roles can do what it says and no more. */

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knownVariables } from "#config";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import { connectStore } from "#store/connect.ts";
import { migrate, pendingMigrations } from "#store/migrate.ts";
import { repository } from "../repository/repository.ts";
import { askingAt, planeOver } from "../support/control-plane.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { readPage } from "./examples.ts";

const { text } = readPage("operating/deploying-on-node");

/** Rows of the table of variables: name and default. */
const rows = new Map([...text.matchAll(/^\| `([A-Z<>_]+)` \|(.*?)\|.+\|$/gm)].map(([, name = "", value = ""]) => [name, value.trim()]));

describe("the table of variables", () => {
  test("names exactly those that src/config.ts knows", () => {
    const plain = [...rows.keys()].filter((name) => !name.startsWith("<SOURCE>")).sort();
    expect(plain).toEqual([...knownVariables().keys()].sort());
  });

  test("has each default as it is", () => {
    for (const [name, value] of knownVariables()) {
      if (typeof value === "string" || typeof value === "number") expect(rows.get(name), name).toContain(`\`${value}\``);
      else expect(rows.get(name), name).not.toMatch(value === undefined ? /^`\d+`$/ : /^$/);
    }
  });

  test("names every variable of a source that configuration speaks of", () => {
    const files = readdirSync(join(repository, "src")).filter((file) => file.endsWith(".ts"));
    const spoken = files.flatMap((file) => [...readFileSync(join(repository, "src", file), "utf8").matchAll(/\bERP_([A-Z_]*URL)\b/g)]);
    const wanted = [...new Set(spoken.map(([, suffix]) => `<SOURCE>_${suffix}`))].sort();
    expect([...rows.keys()].filter((name) => name.startsWith("<SOURCE>")).sort()).toEqual(wanted);
  });
});

describe("the roles", () => {
  let database: TestDatabase;
  let admin: pg.Client;
  const suffix = randomBytes(4).toString("hex");
  const owner = `sluice_owner_${suffix}`;
  const gateway = `sluice_gateway_${suffix}`;
  const clients: pg.Client[] = [];

  const urlAs = (role: string, password: string): string => {
    const url = new URL(database.url);
    url.username = role;
    url.password = encodeURIComponent(password);
    return url.href;
  };
  async function connect(role: string, password: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: urlAs(role, password) });
    await client.connect();
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    database = await createDatabase();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    const sql = /```sql\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    await admin.query(
      sql.replaceAll("ON DATABASE sluice", `ON DATABASE "${database.name}"`).replaceAll("sluice_owner", owner).replaceAll("sluice_gateway", gateway),
    );
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    for (const role of [gateway, owner]) await admin.query(`DROP OWNED BY ${role} CASCADE`);
    await admin.query(`DROP ROLE ${owner}, ${gateway}`);
    await admin.end();
    await database.drop();
  });

  test("the owner migrates, and the gateway works with the other: it starts, registers a partner and makes a key", async () => {
    expect((await migrate(await connect(owner, "change me"))).length).toBeGreaterThan(0);
    expect(await pendingMigrations(await connect(gateway, "change me too"))).toEqual([]);
    const store = connectStore({ url: urlAs(gateway, "change me too"), poolSize: 1, timeoutMs: 5_000, onBrokenConnection: () => undefined });
    try {
      const accounts = [{ environment: "live", account: "C1" }];
      const [plane, asking] = [planeOver(store), askingAt(Date.now())];
      expect(await perform(plane, partnerCreate, { name: "Alpine", accounts }, asking)).toMatchObject({ kind: "done" });
      expect(await perform(plane, keyCreate, { partner: "Alpine", environment: "live", scopes: ["orders:read"] }, asking)).toMatchObject({ kind: "done" });
    } finally {
      await store.destroy();
    }
  });

  test("the gateway's role can change no table", async () => {
    const client = await connect(gateway, "change me too");
    await expect(client.query("ALTER TABLE sluice.partners ADD COLUMN x int")).rejects.toThrow("must be owner");
    await expect(client.query("CREATE TABLE sluice.x (y int)")).rejects.toThrow("permission denied");
  });
});
