/** The one list of what a log line may carry. Whatever passes through here and is not on it stays out, and only its name is told. */

import type { Log } from "./log.ts";

const allowed: ReadonlySet<string> = new Set([
  // Of requests.
  ...["request_id", "method", "route", "status", "code", "partner", "environment", "key", "client", "version", "cost", "ms", "bytes", "replayed"],
  // Of operators' requests.
  ...["operator", "verb"],
  // Of errors; what databases say in their own words is left out where the line is made.
  ...["error", "error_code", "errno", "sqlState", "severity", "schema", "table", "column", "message", "stack", "cause", "reason", "reasons", "trouble"],
  // Of sources, their drift and their protection.
  ...[
    "source",
    "resource",
    "id",
    "field",
    "fields",
    "findings",
    "thing",
    "command",
    "staged_key",
    "change",
    "target",
    "until",
    "because",
    "pauseMs",
    "url",
    "why",
    "conversion",
    "columns",
    "value",
  ],
  // Of the gateway's own upkeep.
  ...["dropped", "requests", "request_log", "usage", "processes", "round", "state", "events", "deliveries", "event_bodies", "endpoint"],
]);

const maxText = 2_000;
const maxItems = 50;

/** What looks like a credential, wherever it came from: keys, operators' tokens, JWTs, webhook secrets, headers, passwords in URLs. */
const credential =
  /\b[a-z][a-z0-9]{1,9}_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]+|\bslo_[0-9A-Za-z]{12}_[0-9A-Za-z]+|\beyJ[\w-]+(?:\.[\w-]*)*|\bwhsec_[\w+/=-]+|\b(?:bearer|basic) +[\w.~+/=-]+|(?<=:\/\/[^\s/@:]{0,100}:)[^\s/@]+(?=@)/gi;

/** Fields that are not allowed are named under `withheld`, so that a line that lacks something says so. */
export function allowedFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  let withheld: string[] | undefined;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    if (allowed.has(name)) kept[name] = name === "request_id" ? value : said(value);
    else withheld = [...(withheld ?? []), name.slice(0, 50)];
  }
  if (withheld !== undefined) kept["withheld"] = withheld;
  return kept;
}

function said(value: unknown): unknown {
  if (typeof value === "string") return value.length < 12 ? value : value.slice(0, maxText).replace(credential, "[withheld]");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, maxItems).map(said);
  return allowedFields({ ...value });
}

/** Every log of a process is made through this. */
export function onlyAllowed(log: Log): Log {
  return {
    info: (fields, message) => log.info(allowedFields(fields), message),
    warn: (fields, message) => log.warn(allowedFields(fields), message),
    error: (fields, message) => log.error(allowedFields(fields), message),
  };
}
