/** Measures whether the time of a refusal tells a key id that exists from one that does not: `node --conditions=source bench/credential-timing.ts`. */
import pg from "pg";
import { createKeyAuthenticator } from "#control-plane/api-keys/authenticate.ts";
import { formatKey, generateKey } from "#control-plane/api-keys/format.ts";
import { createPeppers, hashSecret } from "#control-plane/api-keys/peppers.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore } from "#store/connect.ts";
import { migrate } from "#store/migrate.ts";
import { startTestServer } from "#testing/test-server.ts";

const server = await startTestServer();
const url = server.url("postgres");
const keys = 2_000;
const rounds = 20_000;
const client = new pg.Client({ connectionString: url });
await client.connect();
await migrate(client);
const peppers = createPeppers(new Map([[1, new Uint8Array(32).fill(1)]]));
const store = connectStore({ url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });
const known = Array.from({ length: keys }, () => generateKey("live"));
await client.query("insert into sluice.partners (id, name) values ('ptr_timing', 'Timing') on conflict do nothing");
for (const { kid, secret } of known) {
  await client.query(
    `insert into sluice.api_keys (kid, partner, environment, mac, pepper_version, scopes, api_version, lineage)
     values ($1, 'ptr_timing', 'live', $2, 1, '{orders:read}', '2026-01-01', $1)`,
    [kid, Buffer.from(hashSecret(peppers, 1, secret))],
  );
}
await client.end();

/** A process that is always told in time, so that what it knows stays in memory. */
const authenticator = () =>
  createKeyAuthenticator({
    keys: keyRecords(store),
    peppers,
    knownScopes: new Set(["orders:read"]),
    elapsedMs: () => performance.now(),
    watch: { confirmedAt: () => performance.now(), onChange: () => undefined },
  });

/** A right checksum, a secret that is wrong. */
const wrong = (kid: string): string => formatKey({ ...generateKey("live"), kid });

async function compare(name: string, first: string, second: string, measure: (which: 0 | 1, round: number) => Promise<number>, times: number): Promise<void> {
  const samples: [number[], number[]] = [[], []];
  for (let round = 0; round < times; round += 1) {
    // In turn, and in an order that changes, so that whatever drifts drifts for both.
    const [one, other] = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    samples[one].push(await measure(one, round));
    samples[other].push(await measure(other, round));
  }
  const shown = samples.map((list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
    return `p25 ${at(0.25)} median ${at(0.5)} p75 ${at(0.75)} µs`;
  });
  console.log(`${name}, ${times} of each\n  ${first}: ${shown[0]}\n  ${second}: ${shown[1]}`);
}

const warm = authenticator();
const [aKnown, anUnknown] = [known[0]?.kid ?? "", generateKey("live").kid];
const timed = async (of: ReturnType<typeof authenticator>, kid: string): Promise<number> => {
  const token = wrong(kid);
  const began = performance.now();
  const { kind } = await of.authenticate(token, Date.now());
  const took = (performance.now() - began) * 1_000;
  if (kind !== "refused") throw new Error("It was not refused.");
  return took;
};
for (let round = 0; round < 2_000; round += 1) for (const kid of [aKnown, anUnknown]) await timed(warm, kid);
await compare("Asked again", "a key that exists", "one that does not", (which) => timed(warm, which === 0 ? aKnown : anUnknown), rounds);

const cold = authenticator();
const made = Array.from({ length: keys }, () => generateKey("live").kid);
await compare(
  "Asked for the first time",
  "a key that exists",
  "one that does not",
  (which, round) => timed(cold, (which === 0 ? known[round]?.kid : made[round]) ?? ""),
  keys,
);

const inUse = authenticator();
for (const parts of known) await inUse.authenticate(formatKey(parts), Date.now());
const others = Array.from({ length: keys }, () => generateKey("live").kid);
await compare(
  "Guessed for the first time while the key is in use",
  "a key that exists",
  "one that does not",
  (which, round) => timed(inUse, (which === 0 ? known[round]?.kid : others[round]) ?? ""),
  keys,
);
await store.destroy();
await server.stop();
