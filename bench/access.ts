/** Access: what it adds to a request that its caller is known and counted, as a share of the floor's time; and with how many keys. */

import { formatKey, generateKey } from "../src/control-plane/api-keys/format.ts";
import { createPeppers, hashSecret } from "../src/control-plane/api-keys/peppers.ts";
import { ensureDatabase, withClient } from "../src/entry/embedded/databases.ts";
import { findFreePort } from "../src/entry/embedded/free-port.ts";
import { openBenchErp } from "./database.ts";
import { cli, gatewayEnvironment, type Running, startAccessGateway, startFloor } from "./processes.ts";
import { recordStatements, someIds } from "./reads.ts";
import type { Comparison } from "./results.ts";
import { measure } from "./wrk.ts";

const account = "C0000001";
const poolSize = 10;
const few = 10;

export interface AccessOptions {
  readonly orders: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly keys: number;
  /** Where limits are counted for the comparison in Redis; left out without one. */
  readonly redisUrl: string | undefined;
  readonly say: (line: string) => void;
}

interface Side {
  readonly name: string;
  readonly process: Running;
  readonly credentials: readonly string[];
}

export async function benchAccess(options: AccessOptions): Promise<readonly Comparison[]> {
  const { say, redisUrl } = options;
  const erp = await openBenchErp(options.orders, undefined, say);
  const started: Running[] = [];
  try {
    const storeName = `store_${Date.now()}`;
    await ensureDatabase(erp.cluster, storeName);
    const storeUrl = erp.cluster.url(storeName);
    const environment: Readonly<Record<string, string>> = {
      ...gatewayEnvironment(storeUrl, erp.url, await findFreePort()),
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    };
    await cli(environment, "migrate");
    const keys = await fillKeys(storeUrl, environment["SLUICE_KEY_PEPPER"] ?? "", options.keys, say);
    const ids = await someIds(erp.url);
    const paths = ids.map((id) => `/v1/orders/${id}`);

    const start = async (name: string, knows: string, credentials: readonly string[]): Promise<Side> => {
      const process = await startAccessGateway({ knows, environment, account });
      started.push(process);
      return { name, process, credentials };
    };
    const floorProcess = await startFloor({ url: erp.url, poolSize, ...(await recordStatements(erp.url, ids[0] ?? "", say)) });
    started.push(floorProcess);
    const floor: Side = { name: "floor", process: floorProcess, credentials: ["nobody"] };
    const nobody = await start("without", "nobody", ["nobody"]);
    const memory = await start("key, scope and limits in memory", "memory", keys.slice(0, few));
    const many = await start("the same", "memory", keys);
    const redis = redisUrl === undefined ? [] : [await start("key, scope and limits in Redis", "redis", keys.slice(0, few))];

    const run = async ({ process, credentials }: Side, seconds: number): Promise<number> =>
      (await measure({ origin: process.origin, paths, credentials, headers: {}, connections: options.connections, seconds })).requestsPerSecond;
    for (const side of [floor, nobody, memory, ...redis]) await run(side, 8);
    // Each of the keys is looked up once before it is in use.
    await run(many, 8 + Math.ceil(options.keys / 2_000));

    const added = new Map<string, { base: number; subject: number }[]>();
    const flat: { base: number; subject: number }[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const [floorRate, nobodyRate] = [await run(floor, options.seconds), await run(nobody, options.seconds)];
      for (const side of [memory, ...redis]) {
        const rate = await run(side, options.seconds);
        // What the floor would do if its requests took so much longer as those of the gateway do.
        const subject = 1 / (1 / floorRate + 1 / rate - 1 / nobodyRate);
        added.set(side.name, [...(added.get(side.name) ?? []), { base: floorRate, subject }]);
        say(
          `round ${round + 1}: floor ${floorRate.toFixed(0)}/s, without ${nobodyRate.toFixed(0)}/s, ${side.name} ${rate.toFixed(0)}/s, adds ${((floorRate / subject - 1) * 100).toFixed(1)} % of the floor's time`,
        );
        if (side === memory) flat.push({ base: rate, subject: await run(many, options.seconds) });
      }
    }
    return [
      ...[...added].map(([name, rounds]) => ({ name: `the floor and ${name}`, against: "floor", target: 0.75, rounds })),
      { name: `${options.keys} partners and keys`, against: `${few} keys`, target: 0.9, rounds: flat },
    ];
  } finally {
    for (const process of started) await process.stop();
    await erp.cluster.stop();
  }
}

/** As many partners, each with a key, and all with the accounts of the same customer; limits that nobody comes near. */
async function fillKeys(url: string, pepper: string, count: number, say: (line: string) => void): Promise<readonly string[]> {
  say(`making ${count} partners and keys`);
  const [version = "1", secret = ""] = pepper.split(":");
  const peppers = createPeppers(new Map([[Number(version), Buffer.from(secret, "base64")]]));
  const keys = Array.from({ length: count }, () => generateKey("live"));
  await withClient(url, async (client) => {
    await client.query("UPDATE sluice.plans SET burst_quota = 2000000, sustained_quota = 60000000 WHERE name = 'default'");
    for (let at = 0; at < count; at += 10_000) {
      const some = keys.slice(at, at + 10_000);
      const partners = some.map((_, index) => `ptr_bench${at + index}`);
      await client.query("INSERT INTO sluice.partners (id, name) SELECT id, id FROM unnest($1::text[]) AS id", [partners]);
      await client.query("INSERT INTO sluice.partner_accounts (partner, environment, account) SELECT id, 'live', $2 FROM unnest($1::text[]) AS id", [
        partners,
        account,
      ]);
      await client.query(
        `INSERT INTO sluice.api_keys (kid, lineage, partner, environment, mac, pepper_version, scopes, api_version)
         SELECT kid, kid, partner, 'live', mac, $4, '{orders:read}', '2026-11-01' FROM unnest($1::text[], $2::text[], $3::bytea[]) AS made(kid, partner, mac)`,
        [some.map(({ kid }) => kid), partners, some.map(({ secret: plain }) => Buffer.from(hashSecret(peppers, peppers.current, plain))), peppers.current],
      );
    }
    await client.query("ANALYZE");
  });
  return keys.map((parts) => formatKey(parts));
}
