/** Records events of things that partners have, as a relay does: all that the contract's rules can make of one. */
import { randomUUID } from "node:crypto";
import type { Captured } from "#contract/captured.ts";
import type { Contract } from "#contract/contract.ts";
import type { EventRule } from "#contract/event.ts";
import { eventBodies } from "#contract/event-bodies.ts";
import { relayRound } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import type { Environment } from "#pipeline/principal.ts";
import { connectStore } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import { idOf, type Row } from "./public-values.ts";

export interface Happening {
  readonly contract: Contract;
  readonly environment: Environment;
  /** Of one partner. */
  readonly accounts: readonly string[];
  /** With all of its fields. */
  readonly row: Row;
}

/** In the order of the rules. */
export async function recordEvents(storeUrl: string, contracts: readonly Contract[], { contract, environment, accounts, row }: Happening): Promise<void> {
  const store = connectStore({ url: storeUrl, poolSize: 2, timeoutMs: 10_000, onBrokenConnection: () => undefined });
  const captured = Object.values(contract.events).map((rule): Captured => {
    const about = { key: randomUUID(), resource: contract.name, id: idOf(row), accounts, at: Date.now(), origin: "erp", before: undefined } as const;
    return { ...about, ...stateOf(rule, row) };
  });
  const parts = {
    // One rule at a time: which change makes which event is for other tests.
    rulesOf: () => contract.events,
    records: eventLog(() => store),
    fanOut: fanOutOf(eventBodies(contracts, (error) => expectNothing(error))),
    now: Date.now,
  };
  const source = {
    ...{ name: `suite ${environment}`, source: "suite", environment },
    next: async () => ({ captured, more: false, recorded: async () => undefined }),
    lag: async () => undefined,
  };
  try {
    await relayRound(parts, source);
  } finally {
    await store.destroy();
  }
}

function stateOf(rule: EventRule, row: Row): Pick<Captured, "operation" | "after" | "changed"> {
  if (rule.kind === "created") return { operation: "created", after: row, changed: new Set() };
  if (rule.kind === "deleted") return { operation: "deleted", after: undefined, changed: new Set() };
  return { operation: "changed", after: "to" in rule ? { ...row, [rule.field]: rule.to } : row, changed: new Set([rule.field]) };
}

function expectNothing(error: unknown): never {
  throw error;
}
