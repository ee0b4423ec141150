/** Recognisable secrets are planted wherever callers and databases can put them; none shows in anything a real process writes, keeps or tells. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { addFootprint } from "../support/footprint.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { sendRaw } from "../support/raw-http.ts";
import { type GatewayProcess, runNode } from "./gateway-process.ts";

/** In everything that is planted; found without it as well, where a part of it leaks. */
const mark = "PLANTED";
const planted = (what: string): string => `${mark}${what}${randomBytes(4).toString("hex")}`;

let databases: DemoDatabases;
let store: TestDatabase;
let process: GatewayProcess;
let variables: Record<string, string>;
let urls: { readonly api: string; readonly admin: string; readonly metrics: string };
/** Of real credentials, the parts that are secret. */
const secrets: string[] = [];
/** Whatever was written or told, by where. */
const told: { readonly where: string; readonly text: string }[] = [];

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  const [pepper, secret] = [randomBytes(32), randomBytes(32)];
  for (const bytes of [pepper, secret]) secrets.push(bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex"));
  variables = {
    ...{ DATABASE_URL: store.url, ERP_LIVE_URL: databases.live.url, ERP_TEST_URL: databases.test.url, SOURCE_TIMEOUT_MS: "800" },
    ...{ SLUICE_KEY_PEPPER: `1:${pepper.toString("base64")}`, SLUICE_SECRET: secret.toString("base64"), LOG_LEVEL: "trace" },
    ...{ HOST: "127.0.0.1", ADMIN_PORT: "0", METRICS_PORT: "0" },
  };
  await withClient(databases.test.url, async (client) => {
    await addFootprint("postgres", (statement) => client.query(statement));
    // The ERP quotes what it was given, as triggers of such systems do.
    await client.query(`
      CREATE FUNCTION quote_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no order like %', NEW USING DETAIL = NEW::text; END $$;
      CREATE TRIGGER quote_it BEFORE INSERT ON "OEHDR" FOR EACH ROW EXECUTE FUNCTION quote_it()`);
  });
  process = runNode(["src/entry/cli.ts", "start", "--project", demoFolder], variables);
  const api = await process.serves();
  const of = (line: RegExp): string => line.exec(process.out())?.[1] ?? "";
  urls = { api, admin: of(/Administration for operators: (\S+)\/admin/), metrics: of(/Metrics for operators: (\S+)/) };
}, 120_000);
afterAll(async () => {
  process.child.kill("SIGKILL");
  await process.ends();
  await store.drop();
  await databases.drop();
});

const demoFolder = new URL("../../demo", import.meta.url).pathname;

/** What the command line says, as standard output and standard error. */
async function cli(...words: readonly string[]): Promise<GatewayProcess> {
  const ran = runNode(["src/entry/cli.ts", ...words, "--project", demoFolder], variables);
  await ran.ends();
  return ran;
}

async function ask(base: string, target: string, init: RequestInit & { readonly headers: Record<string, string> }): Promise<Response> {
  const response = await fetch(base + target, init);
  const text = await response.clone().text();
  told.push({
    where: `${init.method ?? "GET"} ${target.split("?")[0]?.slice(0, 40)} answered ${response.status}`,
    text: `${[...response.headers].join("\n")}\n${text}`,
  });
  return response;
}

test("nothing that was planted is in a log line, a metric, a problem document, an audit record, or what is stored of requests", async () => {
  const token = (await cli("operator", "create", "--name", "alex", "--role", "admin")).out().trim();
  expect(token).toMatch(/^slo_/);
  const created = await cli(
    "key",
    "create",
    "--partner",
    "Acme",
    "--account",
    "test:C0000001",
    "--env",
    "test",
    "--scopes",
    "orders:read,orders:write,payments:write",
  );
  const key = created.out().trim();
  expect(key).toMatch(/^slc_test_/);
  secrets.push(key.slice(-49), key.slice(-49, -6), token.slice(-49), token.slice(-49, -6));
  const bearer = { Authorization: `Bearer ${key}` };
  const operator = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };

  // Where a partner can put something.
  const headers = {
    ...{ Cookie: `session=${planted("COOKIE")}`, "User-Agent": planted("AGENT"), "X-Api-Key": planted("XKEY"), Referer: `https://x/${planted("REFERER")}` },
    ...{
      "X-Forwarded-For": planted("FORWARDED"),
      "X-Request-Id": planted("REQUESTID"),
      Traceparent: planted("TRACE"),
      "Webhook-Secret": `whsec_${planted("HOOK")}`,
    },
  };
  await ask(urls.api, `/v1/orders?reference=${planted("QUERY")}`, { headers: { ...bearer, ...headers } });
  await ask(urls.api, `/v1/orders/${planted("ID")}`, { headers: { ...bearer, ...headers } });
  await ask(urls.api, `/v1/orders?api_key=${planted("KEYINQUERY")}&limit=${planted("LIMIT")}`, { headers: { ...bearer, ...headers } });
  await ask(urls.api, `/v1/account/requests?key=${planted("LOGKEY")}`, { headers: { ...bearer, ...headers } });
  await ask(urls.api, "/v1/orders", { headers: { ...bearer, "If-None-Match": `"${planted("TAG")}"`, "Api-Version": planted("VERSION") } });
  for (const junk of [planted("JUNK"), `${key.slice(0, -8)}${mark}x`, `slc_live_${mark}00000_${mark}`, `eyJhbGciOiJub25lIn0.${mark}.`])
    await ask(urls.api, "/v1/orders", { headers: { Authorization: `Bearer ${junk}`, ...headers } });
  await ask(urls.api, "/v1/orders", { headers: { Authorization: `Basic ${Buffer.from(`user:${planted("BASIC")}`).toString("base64")}` } });
  const port = Number(new URL(urls.api).port);
  for (const bytes of [
    `GET /v1/orders?${planted("RAW")} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nX-Odd: ${planted("ODD")}\x01\r\n\r\n`,
    `GET /${planted("HTTP9")}\r\n\r\n`,
    `${planted("METHOD")} /v1/orders HTTP/1.1\r\nHost: ${planted("HOST")}\r\n\r\n`,
  ])
    told.push({ where: "raw", text: (await sendRaw(port, bytes)).body });

  // A body that is refused, one that the ERP refuses in its own words, and one of no JSON.
  const orders = gateway.contracts.find(({ name }) => name === "orders");
  const place = { ...orders?.commands["place"]?.example, reference: `${mark}${randomBytes(3).toString("hex")}`, comment: planted("COMMENT") };
  const post = (body: string, more: Record<string, string> = {}): Promise<Response> =>
    ask(urls.api, "/v1/orders", {
      method: "POST",
      headers: { ...bearer, ...headers, "Content-Type": "application/json", "Idempotency-Key": planted("IDEMPOTENCYKEY0"), ...more },
      body,
    });
  const failed = await post(JSON.stringify(place));
  expect(await failed.json(), "the ERP's trigger").toMatchObject({ code: "command-failed" });
  for (const body of [JSON.stringify({ ...place, lines: planted("LINES") }), `{"${mark}`, `[${JSON.stringify(planted("ARRAY"))}]`])
    expect((await post(body)).status).toBeLessThan(500);
  await post("{}", { "Idempotency-Key": `"${mark}` });
  await post(`password=${planted("FORM")}`, { "Content-Type": "application/x-www-form-urlencoded" });

  // Where an operator can, and where the gateway's own database quotes it.
  await withClient(store.url, (client) =>
    client.query(`
      CREATE FUNCTION quote_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no partner like %', NEW; END $$;
      CREATE TRIGGER quote_it BEFORE INSERT ON sluice.partners FOR EACH ROW EXECUTE FUNCTION quote_it()`),
  );
  const admin = (method: string, path: string, body: unknown, more: Record<string, string> = {}): Promise<Response> =>
    ask(urls.admin, path, { method, headers: { ...operator, ...more }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  expect((await admin("POST", "/admin/partners", { name: planted("NAME") })).status).toBe(500);
  expect((await admin("POST", "/admin/partners", { name: "x", accounts: planted("ACCOUNTS") })).status).toBe(422);
  expect((await admin("GET", `/admin/usage?from=${planted("FROM")}`, undefined, headers)).status).toBe(400);
  expect((await admin("GET", "/admin/partners", undefined, { Authorization: `Bearer ${token.slice(0, -9)}${mark}xx` })).status).toBe(401);
  expect((await admin("GET", "/admin/partners", undefined, { Authorization: `Bearer ${key}` })).status).toBe(401);
  expect((await admin("POST", "/admin/operators", { name: "sam", role: "viewer" })).status).toBe(200);
  const made = told.pop(); // its token is shown this once
  secrets.push(...(/slo_\w+/.exec(made?.text ?? "")?.map((shown) => shown.slice(-49)) ?? []));
  expect(secrets.at(-1)).toHaveLength(49);

  // Usage is written behind the requests' backs; then what is kept, what is counted, and what was said.
  await sleep(2_500);
  told.push({ where: "metrics", text: await (await fetch(urls.metrics)).text() });
  told.push({ where: "own log", text: await (await fetch(`${urls.api}/v1/account/requests?limit=200`, { headers: bearer })).text() });
  const audit = await cli("audit", "list", "--json");
  told.push({ where: "audit", text: audit.out() });
  process.child.kill("SIGTERM");
  await process.ends();
  told.push({ where: "standard output", text: process.out() }, { where: "standard error", text: process.err() });
  for (const { table, text } of await rowsOf(store.url)) told.push({ where: `sluice.${table}`, text });

  const lines = process.out().split("\n");
  expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(15);
  expect(lines.filter((line) => line.includes('"msg":"admin request')).length).toBeGreaterThan(5);
  expect(process.out()).toContain('"error_code":"P0001"');
  expect(told.find(({ where }) => where === "sluice.request_log")?.text).toContain("command-failed");
  expect(audit.out()).toContain("operator.create");
  expect(process.out()).not.toContain("withheld");

  const leaks = told.flatMap(({ where, text }) => {
    const found = [...secrets.filter((secret) => text.includes(secret)).map((secret) => secret.slice(0, 6)), ...(text.match(/.{0,40}PLANTED.{0,30}/) ?? [])];
    return found.map((one) => `${where}: ${one}`);
  });
  expect(leaks).toEqual([]);
}, 90_000);

/** Everything that the gateway keeps, table by table, as text. */
async function rowsOf(url: string): Promise<readonly { readonly table: string; readonly text: string }[]> {
  return withClient(url, async (client: pg.Client) => {
    const { rows } = await client.query<{ table: string }>("SELECT tablename AS table FROM pg_tables WHERE schemaname = 'sluice'");
    const all: { table: string; text: string }[] = [];
    for (const { table } of rows) {
      const { rows: kept } = await client.query<{ text: string }>(`SELECT t::text AS text FROM sluice.${pg.escapeIdentifier(table)} AS t`);
      all.push({ table, text: kept.map(({ text }) => text).join("\n") });
    }
    return all;
  });
}
