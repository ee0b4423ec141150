/** A gateway as real processes over databases that are there, partners of its test environment, and a receiver of theirs. */
import { setTimeout as sleep } from "node:timers/promises";
import { makeSecrets } from "#testing/served-gateway.ts";
import { type GatewayProcess, runNode } from "../entry/gateway-process.ts";
import { createEndpoint, echoChallenge } from "./receivers/endpoints.ts";
import { type RecordingOptions, type RecordingReceiver, startRecording } from "./receivers/recording.ts";

export interface FleetPartner {
  readonly name: string;
  /** In the test environment, where receivers may be on this machine. */
  readonly accounts: readonly string[];
}

export interface FleetEndpoint {
  readonly id: string;
  readonly partner: string;
  readonly path: string;
}

export interface FleetOptions {
  /** Folder of the project. */
  readonly project: string;
  /** `DATABASE_URL`, and those of the sources. */
  readonly variables: Readonly<Record<string, string>>;
  readonly partners: readonly FleetPartner[];
  /** Besides those of events and webhooks. */
  readonly scopes: readonly string[];
  readonly respond?: RecordingOptions["respond"];
}

export interface EventFleet {
  readonly receiver: RecordingReceiver;
  /** Keys of the partners, by their names. */
  readonly keys: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, string>>;
  /** What a command says; rejects when it fails. */
  sluice(...words: readonly string[]): Promise<string>;
  /** `sluice worker`. */
  worker(): GatewayProcess;
  /** `sluice start`; resolves when it serves. */
  gateway(): Promise<{ readonly process: GatewayProcess; readonly url: string }>;
  /** An endpoint of the partner's, verified, at `path` of the receiver; for all types of events unless some are named. */
  endpoint(gateway: string, partner: string, path: string, types?: readonly string[]): Promise<FleetEndpoint>;
  /** What all processes have logged so far. */
  said(): string;
  close(): Promise<void>;
}

/** Migrates, installs the footprint, and makes the partners with their keys. */
export async function eventFleet({ project, variables: given, partners, scopes, respond }: FleetOptions): Promise<EventFleet> {
  const variables = { LOG_LEVEL: "warn", ...given, ...makeSecrets().variables };
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
  const keys = new Map<string, string>();
  const all = [...scopes, "events:read", "webhooks:read", "webhooks:write"].join(",");
  for (const { name, accounts } of partners) {
    await sluice("partner", "create", "--name", name, ...accounts.flatMap((account) => ["--account", `test:${account}`]));
    keys.set(name, await sluice("key", "create", "--partner", name, "--env", "test", "--scopes", all));
  }
  const receiver = await startRecording({ respond, beforehand: echoChallenge });

  return {
    receiver,
    keys,
    variables,
    sluice,
    worker: () => started(["worker"]),
    async gateway() {
      const one = started(["start"]);
      return { process: one, url: await one.serves() };
    },
    async endpoint(gateway, partner, path, types) {
      const { id, secret } = await createEndpoint({ gateway, key: keys.get(partner) ?? "", url: receiver.url + path, ...(types !== undefined && { types }) });
      receiver.expect(path, secret);
      return { id, partner, path };
    },
    said: () => processes.map((one) => one.out() + one.err()).join(""),
    async close() {
      for (const { child } of processes) child.kill("SIGKILL");
      await Promise.all(processes.map((one) => one.ends()));
      await receiver.close();
    },
  };
}

/** Until `open` says nothing any more; after `withinMs` it fails, with what it said last. */
export async function settled(open: () => Promise<string>, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  for (let said = await open(); said !== ""; said = await open()) {
    if (Date.now() > end) throw new Error(`It does not come about: ${said}`);
    await sleep(200);
  }
}
