/** Limits as partners meet them: headers on every answer, 429 in the form that is registered, and a way out that holds. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { limitAssign } from "#control-plane/limits/assign.ts";
import { limitCreate } from "#control-plane/limits/create.ts";
import { limitOverride } from "#control-plane/limits/override.ts";
import { perform } from "#control-plane/perform.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases, withClient } from "../projects/demo/databases.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { addFootprint } from "../support/footprint.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { parseList } from "../support/structured-fields.ts";

const scopes = [...declaredScopes(gateway.contracts)];
const registered = "https://iana.org/assignments/http-problem-types#quota-exceeded";

async function violatedBy(answer: Response): Promise<unknown> {
  const problem: unknown = await answer.json();
  return typeof problem === "object" && problem !== null && "violated-policies" in problem ? problem["violated-policies"] : undefined;
}

/** The same in memory and in Redis. */
function limitsOverHttp(redisUrl: string | undefined): void {
  let served: NodeGateway;
  let close: () => Promise<void>;
  let partners = 0;

  beforeAll(async () => {
    const databases = await demoDatabases({ small: true });
    await withClient(databases.live.url, (client) => addFootprint("postgres", (statement) => client.query(statement)));
    const store = await createDatabase(gatewayTables);
    served = await serveOnNode({
      definition: gateway,
      sources: databases.sources,
      storeUrl: store.url,
      limited: true,
      variables: redisUrl === undefined ? {} : { REDIS_URL: redisUrl },
    });
    close = async () => {
      await served.stop();
      await store.drop();
      await databases.drop();
    };
  }, 120_000);
  afterAll(() => close());

  /** A partner with a plan of its own, and a key of it. */
  async function partnerWith(plan: Readonly<Record<string, number>> | undefined): Promise<string> {
    partners += 1;
    const name = `partner-${partners}`;
    await served.createPartner(name, { live: ["C0000001"] });
    if (plan !== undefined) {
      await did(perform(served.plane, limitCreate, { plan: name, ...plan }, askingAt(Date.now())));
      await did(perform(served.plane, limitAssign, { plan: name, partner: name, environment: "live" }, askingAt(Date.now())));
    }
    return served.createKey({ partner: name, environment: "live", scopes });
  }

  const get = (key: string, target = "/v1/orders?limit=1", headers: Readonly<Record<string, string>> = {}) =>
    fetch(served.url + target, { headers: { Authorization: `Bearer ${key}`, ...headers } });

  test("every answer whose caller is known says what may be taken and what is left, problems included", async () => {
    const key = await partnerWith({ burst_quota: 10, burst_seconds: 60, sustained_quota: 100, sustained_seconds: 600, daily_quota: 1000, inflight: 7 });
    const answers = [
      await get(key),
      await get(key, "/v1/orders/none"),
      await get(key, "/v1/orders?nonsense=1"),
      await get(key, undefined, { "Api-Version": "1999-01-01" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 400, 400]);
    for (const [at, { headers }] of answers.entries()) {
      expect(headers.get("RateLimit-Policy")).toBe(
        '"burst";q=10;w=60, "sustained";q=100;w=600, "daily";q=1000;w=86400, "inflight";q=7;qu="concurrent-requests"',
      );
      const left = new Map(parseList(headers.get("RateLimit") ?? "").map(({ value, parameters }) => [value, parameters]));
      expect([...left.keys()]).toEqual(["burst", "sustained", "daily"]);
      expect(left.get("burst")?.get("r")).toBe(9 - at);
      expect(left.get("sustained")?.get("r")).toBe(99 - at);
      expect(left.get("daily")?.get("r")).toBe(999 - at);
      for (const parameters of left.values()) expect(parameters.get("t")).toBeGreaterThan(0);
      expect(Number(left.get("burst")?.get("t"))).toBeLessThanOrEqual(61);
    }
  });

  test("whoever has no plan of its own has the default one, and whoever is not known is told nothing", async () => {
    const key = await partnerWith(undefined);
    expect((await get(key)).headers.get("RateLimit-Policy")).toBe('"burst";q=1000;w=10, "sustained";q=12000;w=300, "inflight";q=50;qu="concurrent-requests"');
    const stranger = await get(`${key.slice(0, -1)}x`);
    expect([stranger.status, stranger.headers.get("RateLimit-Policy"), stranger.headers.get("RateLimit")]).toEqual([401, null, null]);
  });

  test("what is too much is a problem of the registered type, names the policy and costs nothing", async () => {
    const key = await partnerWith({ burst_quota: 3, burst_seconds: 30, sustained_quota: 100, sustained_seconds: 600 });
    for (let sent = 0; sent < 3; sent += 1) expect((await get(key)).status).toBe(200);
    for (let sent = 0; sent < 5; sent += 1) {
      const answer = await get(key);
      expect(answer.status).toBe(429);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(await answer.json()).toMatchObject({ type: registered, status: 429, code: "quota-exceeded", "violated-policies": ["burst"] });
      expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(25);
      const [burst, sustained] = parseList(answer.headers.get("RateLimit") ?? "");
      expect([burst?.parameters.get("r"), sustained?.parameters.get("r")]).toEqual([0, 97]);
    }
    expect(served.log()).toMatch(/"status":429,"code":"quota-exceeded","partner":"ptr_\w+"/);
  });

  test("a client that waits as it is told is never refused twice", async () => {
    const key = await partnerWith({ burst_quota: 5, burst_seconds: 1, sustained_quota: 12, sustained_seconds: 3 });
    let inTurn = 0;
    let refusals = 0;
    let admitted = 0;
    for (const until = Date.now() + 9_000; Date.now() < until; ) {
      const answer = await get(key);
      if (answer.status === 200) {
        admitted += 1;
        inTurn = 0;
        continue;
      }
      expect(answer.status).toBe(429);
      refusals += 1;
      inTurn += 1;
      expect(inTurn, "refused after having waited").toBe(1);
      await sleep(Number(answer.headers.get("Retry-After")) * 1_000);
    }
    expect(refusals).toBeGreaterThan(1);
    expect(admitted).toBeGreaterThan(20);
  });

  test("a day's quota is charged only for what the rates admit", async () => {
    const key = await partnerWith({ burst_quota: 4, burst_seconds: 60, daily_quota: 3 });
    const seen = [];
    for (let sent = 0; sent < 6; sent += 1) {
      const answer = await get(key);
      seen.push([answer.status, answer.status === 429 ? await violatedBy(answer) : parseList(answer.headers.get("RateLimit") ?? "")[1]?.parameters.get("r")]);
      if (answer.status === 429) expect(parseList(answer.headers.get("RateLimit") ?? "")[0]?.parameters.get("r")).toBe(1);
    }
    expect(seen).toEqual([
      [200, 2],
      [200, 1],
      [200, 0],
      [429, ["daily"]],
      [429, ["daily"]],
      [429, ["daily"]],
    ]);
  });

  test("a batch costs what its items cost: when that is too much, nothing of it is done and it has cost nothing", async () => {
    const key = await partnerWith({ burst_quota: 10, burst_seconds: 60 });
    const batchOf = (count: number) =>
      fetch(`${served.url}/v1/orders/batch`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({
          items: Array.from({ length: count }, () => ({ command: "cancel", id: "none", idempotency_key: crypto.randomUUID(), if_match: "*" })),
        }),
      });
    const left = (answer: Response) => parseList(answer.headers.get("RateLimit") ?? "")[0]?.parameters.get("r");
    const four = await batchOf(4);
    expect([four.status, left(four)]).toEqual([200, 6]);
    const seven = await batchOf(7);
    expect([seven.status, left(seven)]).toEqual([429, 6]);
    expect(await seven.json()).toMatchObject({ "violated-policies": ["burst"] });
    const six = await batchOf(6);
    expect([six.status, left(six)]).toEqual([200, 0]);
  });

  test("a key can have less than its partner, and takes of what the partner has", async () => {
    const key = await partnerWith({ burst_quota: 5, burst_seconds: 60 });
    const other = await served.createKey({ partner: `partner-${partners}`, environment: "live", scopes });
    const kid = key.split("_")[2] ?? "";
    await did(perform(served.plane, limitOverride, { key: kid, burst_quota: 2, burst_seconds: 60 }, askingAt(Date.now())));
    const statuses = [];
    for (const one of [key, key, key, other, other, other, other]) {
      const answer = await get(one);
      statuses.push(answer.status === 429 ? await violatedBy(answer) : answer.status);
    }
    expect(statuses).toEqual([200, 200, ["key-burst"], 200, 200, 200, ["burst"]]);
  });

  test("no more are underway at once than the plan says, and each gives up its place", async () => {
    const key = await partnerWith({ inflight: 2 });
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => get(key)));
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
      for (const one of refused) expect(await one.json()).toMatchObject({ "violated-policies": ["inflight"] });
    }
    for (let sent = 0; sent < 5; sent += 1) expect((await get(key)).status).toBe(200);
  });

  test("refusals are counted for operators", () => {
    expect(served.metrics()).toMatch(/sluice_limit_refusals_total\{policy="burst"\} [1-9]/);
    expect(/sluice_limits_shared (\d)/.exec(served.metrics())?.[1]).toBe(redisUrl === undefined ? undefined : "1");
  });
}

describe("limits in memory", () => limitsOverHttp(undefined));
describeWith("redis", "limits in Redis", (url) => limitsOverHttp(url));
