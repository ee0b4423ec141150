/** `sluice delivery ...`: what became of events on their way to partners' endpoints. */
import { deliveryAccount as account } from "#control-plane/deliveries/account.ts";
import { deliveryList as list } from "#control-plane/deliveries/list.ts";
import { deliveryResend as resend } from "#control-plane/deliveries/resend.ts";
import { deliveryResendMany as resendMany } from "#control-plane/deliveries/resend-many.ts";
import { deliveryShow as show } from "#control-plane/deliveries/show.ts";
import { deliverySkip as skip } from "#control-plane/deliveries/skip.ts";
import { type Command, facts, table } from "./command.ts";
import { instant, text, texts, whole } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const theEndpoint = { "endpoint id": text("endpoint") };
const theDelivery = { ...theEndpoint, "event id": text("event") };
const filter = { state: texts("states"), type: texts("types"), since: instant("since"), until: instant("until") };
const filterUsage = "[--state pending|held|delivered|dead|skipped[,...]] [--type <type>[,...]] [--since <time>] [--until <time>]";

const deliveryList = listCommand(list, {
  usage: [`<endpoint id> ${filterUsage} [--limit <number>]`, "Times are when events were recorded."],
  words: theEndpoint,
  flags: { ...filter, limit: whole("limit") },
  none: "There are no such deliveries.",
  columns: {
    SEQ: ({ seq }) => String(seq),
    EVENT: ({ event }) => event,
    TYPE: ({ type }) => type ?? "",
    THING: ({ entity }) => entity,
    STATE: ({ state, parked }) => (parked ? `${state}, parked` : state),
    ATTEMPTS: ({ attempts }) => String(attempts),
    RECORDED: ({ created_at: at }) => at,
    NEXT: ({ next_attempt_at: at }) => at ?? "",
  },
});

const deliveryShow = verbCommand(show, {
  usage: ["<endpoint id> <event id>"],
  words: theDelivery,
  say: (delivery) =>
    [
      facts([
        ["Endpoint", delivery.endpoint],
        ["Event", delivery.event],
        ["Type", delivery.type],
        ["Thing", delivery.entity],
        ["Number", String(delivery.seq)],
        ["State", delivery.parked ? `${delivery.state}, parked behind an earlier event of the same thing` : delivery.state],
        ["Recorded", delivery.created_at],
        ["Next attempt", delivery.next_attempt_at],
        ["Ended", delivery.ended_at],
      ]),
      ...(delivery.tried.length === 0
        ? ["It has not been attempted yet."]
        : [
            table(
              ["#", "AT", "MS", "OUTCOME", "STATUS", "ANSWER"],
              delivery.tried.map(({ attempt, at, ms, outcome, status, detail, answer }) => [
                ...[String(attempt), at, String(Math.round(ms)), outcome, String(status ?? "")],
                (detail ?? answer ?? "").replaceAll(/\s+/g, " ").slice(0, 100),
              ]),
            ),
          ]),
    ].join("\n"),
});

const deliveryResend = verbCommand(resend, {
  usage: ["<endpoint id> <event id>", "The same bytes under the same id; its retries begin anew."],
  words: theDelivery,
  say: ({ event, endpoint, state }) => `${event} is sent to ${endpoint} again: ${state}`,
});

const deliveryResendMany = verbCommand(resendMany, {
  usage: [`<endpoint id> ${filterUsage}`, "Dead ones without --state. Times are when events were recorded."],
  words: theEndpoint,
  flags: filter,
  say: ({ resent, not_kept: unkept }) => `${resent} are sent again.${unkept === 0 ? "" : ` ${unkept} cannot be: what was sent is no longer kept.`}`,
});

const deliverySkip = verbCommand(skip, {
  usage: ["<endpoint id> <event id>", "Later events of the same thing no longer wait for it."],
  words: theDelivery,
  say: ({ event, endpoint }) => `${event} is passed over at ${endpoint}`,
});

const deliveryAccount = verbCommand(account, {
  usage: ["<endpoint id>"],
  words: theEndpoint,
  say: (counts) =>
    table(
      ["STATE", "DELIVERIES"],
      Object.entries(counts).map(([state, deliveries]) => [state, String(deliveries)]),
    ),
});

export const deliveryCommands: readonly Command[] = [deliveryAccount, deliveryList, deliveryShow, deliveryResend, deliveryResendMany, deliverySkip];
