/** Changes of a source's state, each worth one line of the log, and the words for it. */

import type { BreakerChange } from "./breaker.ts";

export type Change =
  | (BreakerChange & { readonly target: string })
  | { readonly kind: "overloaded" | "relieved"; readonly target: string }
  | { readonly kind: "maintenance-began"; readonly until: string }
  | { readonly kind: "maintenance-ended" };

const lines = {
  opened: ["warn", "the ERP is in trouble: requests are answered 503 until it is back"],
  closed: ["info", "the ERP is back: requests go to it again"],
  overloaded: ["warn", "requests wait too long for a connection to the ERP: some are answered 503"],
  relieved: ["info", "no request waits for a connection to the ERP any more"],
  "maintenance-began": ["info", "maintenance of the ERP began: requests are answered 503 until it ends"],
  "maintenance-ended": ["info", "maintenance of the ERP ended"],
} as const satisfies Readonly<Record<Change["kind"], readonly ["info" | "warn", string]>>;

export interface ChangeLine {
  readonly level: "info" | "warn";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function lineOf(change: Change): ChangeLine {
  const [level, message] = lines[change.kind];
  const { kind, ...fields } = change;
  return { level, message, fields: { change: kind, ...fields } };
}
