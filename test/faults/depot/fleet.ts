/** A depot, its gateway as real processes, and partners with receivers: to be killed, restarted, and looked after. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { makeSecrets } from "#testing/served-gateway.ts";
import { type GatewayProcess, runNode } from "../../entry/gateway-process.ts";
import { type OwnServer, ownServer } from "../../support/own-server.ts";
import { createEndpoint, echoChallenge } from "../../support/receivers/endpoints.ts";
import { type RecordingReceiver, startRecording } from "../../support/receivers/recording.ts";
import type { CheckedEndpoint, CheckedPartner } from "./checker.ts";
import { parcelsToBeginWith, tables } from "./tables.ts";

const project = fileURLToPath(new URL(".", import.meta.url));

export interface DepotFleet {
  readonly server: OwnServer;
  readonly erpUrl: string;
  readonly receiver: RecordingReceiver;
  readonly partners: readonly (CheckedPartner & { readonly key: string })[];
  /** What a command says; rejects when it fails. */
  sluice(...words: readonly string[]): Promise<string>;
  /** `sluice worker`. */
  worker(): GatewayProcess;
  /** `sluice start`; resolves when it serves. */
  gateway(): Promise<{ readonly process: GatewayProcess; readonly url: string }>;
  /** An endpoint of the partner's for all events, verified; it answers as the receiver does at `path`. */
  endpoint(gateway: string, partner: string, path: string): Promise<CheckedEndpoint>;
  /** With the gateway's own tables. */
  store<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

const partners: readonly CheckedPartner[] = [
  { name: "First", accounts: ["C1", "C2"] },
  { name: "Second", accounts: ["C2", "C3"] },
];

export async function depotFleet(options: {
  readonly parcels: number;
  readonly respond: NonNullable<Parameters<typeof startRecording>[0]>["respond"];
}): Promise<DepotFleet> {
  const server = await ownServer(["depot", "store"]);
  const withClient = async <T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: server.url(database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  await withClient("depot", (client) => client.query(tables + parcelsToBeginWith(options.parcels)));

  const variables = {
    DATABASE_URL: server.url("store"),
    DEPOT_TEST_URL: server.url("depot"),
    LOG_LEVEL: "warn",
    ...makeSecrets().variables,
  };
  const processes: GatewayProcess[] = [];
  const started = (words: readonly string[]): GatewayProcess => {
    const one = runNode(["src/entry/cli.ts", ...words, "--project", project], variables);
    processes.push(one);
    return one;
  };
  const sluice = async (...words: readonly string[]): Promise<string> => {
    const one = started(words);
    const code = await one.ends();
    if (code !== 0) throw new Error(`sluice ${words.join(" ")} ended with ${code}: ${one.err()}${one.out()}`);
    return one.out().trim();
  };

  await sluice("migrate");
  await sluice("source", "install", "--environment", "test");
  await sluice("limit", "update", "default", "--burst", "none", "--sustained", "none", "--inflight", "none");
  const withKeys: (CheckedPartner & { readonly key: string })[] = [];
  for (const partner of partners) {
    const accounts = partner.accounts.flatMap((account) => ["--account", `test:${account}`]);
    await sluice("partner", "create", "--name", partner.name, ...accounts);
    const scopes = "parcels:read,events:read,webhooks:read,webhooks:write";
    withKeys.push({ ...partner, key: await sluice("key", "create", "--partner", partner.name, "--env", "test", "--scopes", scopes) });
  }
  const receiver = await startRecording({ ...(options.respond !== undefined && { respond: options.respond }), beforehand: echoChallenge });

  return {
    server,
    erpUrl: server.url("depot"),
    receiver,
    partners: withKeys,
    sluice,
    worker: () => started(["worker"]),
    async gateway() {
      const one = started(["start"]);
      return { process: one, url: await one.serves() };
    },
    async endpoint(gateway, name, path) {
      const partner = withKeys.find((one) => one.name === name);
      const { id, secret } = await createEndpoint({ gateway, key: partner?.key ?? "", url: receiver.url + path });
      receiver.expect(path, secret);
      return { id, partner: name, path };
    },
    store: (work) => withClient("store", work),
    async remove() {
      for (const { child } of processes) child.kill("SIGKILL");
      await Promise.all(processes.map((one) => one.ends()));
      await receiver.close();
      await server.remove();
    },
  };
}

/** Until `done`, however long it takes within `withinMs`; then what `say` says. */
export async function eventually(done: () => Promise<boolean>, withinMs: number, say: () => Promise<string>): Promise<void> {
  for (const end = Date.now() + withinMs; !(await done()); await sleep(200)) if (Date.now() > end) throw new Error(`It does not come about: ${await say()}`);
}
