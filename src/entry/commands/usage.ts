/** `sluice usage ...`: what partners asked for. */
import { usageDeprecated as deprecated } from "#control-plane/usage/deprecated.ts";
import { usageShow as show } from "#control-plane/usage/show.ts";
import { type Command, table } from "./command.ts";
import { choice, text, whole } from "./flags.ts";
import { verbCommand } from "./verb-command.ts";

const flags = {
  partner: text("partner"),
  env: choice("environment", ["live", "test"]),
  key: text("key"),
  operation: text("operation"),
  from: text("from"),
  to: text("to"),
  limit: whole("limit"),
};

const usage = "[--partner <name|id>] [--env test|live] [--key <key id>] [--operation <id>] [--from <day>] [--to <day>] [--limit <number>]";
const days = "Days are in UTC and of the form 2026-11-24, the first and the last one included; without them, the last 30 and today.";

const usageShow = verbCommand(show, {
  usage: [usage, days],
  flags,
  say: ({ items, from, to }) =>
    items.length === 0
      ? `Nothing was asked for from ${from} to ${to}.`
      : table(
          ["PARTNER", "ENV", "KEY", "ROUTE", "REQUESTS", "COST", "4XX", "5XX"],
          items.map((item) => [
            ...[item.partner.name ?? item.partner.id, item.environment, item.key, `${item.method} ${item.route}`],
            ...[item.requests, item.cost, item.refused, item.failed].map(String),
          ]),
        ),
});

const usageDeprecated = verbCommand(deprecated, {
  usage: [usage, days],
  flags,
  say: ({ items, newest, from, to }) =>
    items.length === 0
      ? `Nothing was asked for in another version than ${newest} from ${from} to ${to}.`
      : table(
          ["PARTNER", "ENV", "KEY", "VERSION", "ROUTE", "REQUESTS", "LAST DAY"],
          items.map((item) => [
            item.partner.name ?? item.partner.id,
            item.environment,
            item.key,
            item.version,
            `${item.method} ${item.route}`,
            String(item.requests),
            item.last_day,
          ]),
        ),
});

export const usageCommands: readonly Command[] = [usageShow, usageDeprecated];
