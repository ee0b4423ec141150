/** Every type of event that a gateway has: those of its contracts, and its own. */

import type { Contract } from "./contract.ts";
import type { EventRule } from "./event.ts";
import { ownEvents, ownThings } from "./own-events.ts";
import type { Shaped } from "./response-schema.ts";

/** What an event tells of: a contract, or a thing of the gateway's own. */
export interface EventShape extends Shaped {
  /** Field scopes. */
  readonly hide: Readonly<Record<string, string>>;
  readonly example: Readonly<Record<string, unknown>> | undefined;
}

export interface EventKind {
  readonly type: string;
  readonly shape: EventShape;
  /** The reader has to hold all of them. */
  readonly scopes: readonly string[];
  /** In a sentence, for documents. */
  readonly summary: string;
  /** Of a contract's events. */
  readonly contract: Contract | undefined;
  readonly rule: EventRule | undefined;
}

/** What it takes to read things of a contract; undefined: nobody can. */
function readScope({ reads }: Contract): string | undefined {
  return reads.get?.scope ?? reads.list?.scope;
}

/** By type, in the order of the contracts, the gateway's own last. */
export function eventKinds(contracts: readonly Contract[]): ReadonlyMap<string, EventKind> {
  const declared = contracts.flatMap((contract) => {
    const scope = readScope(contract);
    // Whom nothing of a resource can be shown, nothing of its events can be.
    if (scope === undefined) return [];
    return Object.entries(contract.events).map(([type, rule]): EventKind => {
      // That a hidden field changed is as hidden as the field.
      const hidden = rule.kind === "changed" ? contract.hide[rule.field.split(".")[0] ?? ""] : undefined;
      return { type, shape: contract, scopes: hidden === undefined ? [scope] : [scope, hidden], summary: sentence(contract, rule), contract, rule };
    });
  });
  const own = Object.entries(ownEvents).map(([type, { resource, summary }]): EventKind => {
    const { model, scope, example } = ownThings[resource];
    return { type, shape: { name: resource, model, hide: {}, example }, scopes: [scope], summary, contract: undefined, rule: undefined };
  });
  return new Map([...declared, ...own].map((kind) => [kind.type, kind]));
}

function sentence({ singular }: Contract, rule: EventRule): string {
  const thing = `${/^[aeiou]/.test(singular) ? "An" : "A"} ${singular.replaceAll("_", " ")}`;
  if (rule.kind === "created") return `${thing} of yours came to be.`;
  if (rule.kind === "deleted") return `${thing} of yours is no longer there.`;
  return "to" in rule
    ? `\`${rule.field}\` of ${thing.toLowerCase()} of yours became \`${String(rule.to)}\`.`
    : `\`${rule.field}\` of ${thing.toLowerCase()} of yours changed.`;
}
