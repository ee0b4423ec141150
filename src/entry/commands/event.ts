/** `sluice event ...`: what happened, whom it concerns, what became of it, and how far behind all of that is. */

import { eventLag as lag } from "#control-plane/events/lag.ts";
import { eventList as list } from "#control-plane/events/list.ts";
import { eventShow as show } from "#control-plane/events/show.ts";
import { type Command, facts, table } from "./command.ts";
import { choice, past, text, whole } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const eventList = listCommand(list, {
  usage: [
    "[--partner <name|id>] [--env test|live] [--type <type>] [--resource <name>] [--id <id>] [--since <time>] [--limit <number>]",
    "The events of an order: --resource orders --id <id>. A time is of the form 2026-11-24T09:30:00Z, or 2h for the last two hours.",
  ],
  flags: {
    partner: text("partner"),
    env: choice("environment", ["live", "test"]),
    type: text("type"),
    resource: text("resource"),
    id: text("resource_id"),
    since: past("since"),
    limit: whole("limit"),
  },
  defaults: { limit: 100 },
  columns: {
    EVENT: ({ id }) => id,
    ENV: ({ environment }) => environment,
    TYPE: ({ type }) => type,
    THING: ({ resource, resource_id: id, entity_seq: seq }) => `${resource} ${id} #${seq}`,
    ORIGIN: ({ origin }) => origin,
    RECORDED: ({ recorded_at: at }) => at,
  },
  none: "Nothing happened.",
});

const eventShow = verbCommand(show, {
  usage: ["<event id>", "--json has its data as well, as the newest contract has it."],
  words: { event: text("event") },
  say: (event) =>
    [
      facts([
        ["Event", event.id],
        ["Type", event.type],
        ["Thing", `${event.resource} ${event.resource_id}, its event number ${event.entity_seq}`],
        ["Environment", event.environment],
        ["Origin", event.origin],
        ["Occurred", event.occurred_at],
        ["Recorded", event.recorded_at],
      ]),
      event.partners.length === 0
        ? "It concerns no partner."
        : table(
            ["PARTNER", "SEQ", "ENDPOINT", "STATE", "ATTEMPTS", "LAST", "NEXT"],
            event.partners.flatMap(({ partner, seq, deliveries }) => {
              const of = [partner.name ?? partner.id, String(seq)];
              if (deliveries.length === 0) return [[...of, "none", "", "", "", ""]];
              return deliveries.map((one) => [
                ...of,
                ...[one.endpoint, one.state, String(one.attempts)],
                one.last_outcome === null ? "" : [one.last_outcome, ...(one.last_status === null ? [] : [one.last_status])].join(" "),
                one.next_at ?? "",
              ]);
            }),
          ),
    ].join("\n\n"),
});

const eventLag = verbCommand(lag, {
  usage: ["", "What waits at the ERP is what a relay saw when it last looked. Exit code 0, however much waits: thresholds are for alerts."],
  say: ({ capture, relay, delivery }) => {
    const seconds = (value: number | null): string => (value === null ? "" : `${Math.round(value * 10) / 10} s`);
    return [
      capture.length === 0
        ? "No relay has run yet."
        : table(
            ["CAPTURE", "SEEN", "WAITING", "OLDEST", "TROUBLE"],
            capture.map((one) => [
              one.name,
              `${seconds(one.seen_seconds_ago)} ago`,
              one.waiting === null ? "unknown" : String(one.waiting),
              seconds(one.oldest_seconds),
              one.trouble ?? "",
            ]),
          ),
      facts([
        ["Last recorded", relay.last_recorded_at ?? "nothing"],
        ["Behind the ERP", relay.last_took_seconds === null ? null : seconds(relay.last_took_seconds)],
        ["Pending", String(delivery.pending)],
        ["Oldest pending", delivery.oldest_pending_seconds === null ? null : seconds(delivery.oldest_pending_seconds)],
        ["Held", String(delivery.held)],
      ]),
      ...(delivery.dead.length === 0
        ? []
        : [
            table(
              ["DEAD AT", "PARTNER", "DELIVERIES"],
              delivery.dead.map(({ endpoint, partner, deliveries }) => [endpoint, partner, String(deliveries)]),
            ),
          ]),
    ].join("\n\n");
  },
});

export const eventCommands: readonly Command[] = [eventList, eventShow, eventLag];
