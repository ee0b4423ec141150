/** `sluice limit ...`: plans of limits, who has which, and what single keys may take besides. */
import { limitAssign as assign } from "#control-plane/limits/assign.ts";
import { limitCreate as create } from "#control-plane/limits/create.ts";
import { limitList as list } from "#control-plane/limits/list.ts";
import { limitOverride as override } from "#control-plane/limits/override.ts";
import type { PlanJson, RatesJson } from "#control-plane/limits/plan-form.ts";
import { limitRemove as remove } from "#control-plane/limits/remove.ts";
import { limitShow as show } from "#control-plane/limits/show.ts";
import { limitUpdate as update } from "#control-plane/limits/update.ts";
import type { Command } from "./command.ts";
import { choice, seconds, text, wholeOrNone } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const rateFlags = {
  burst: wholeOrNone("burst_quota"),
  "burst-window": seconds("burst_seconds"),
  sustained: wholeOrNone("sustained_quota"),
  "sustained-window": seconds("sustained_seconds"),
};

const limitFlags = { ...rateFlags, daily: wholeOrNone("daily_quota"), monthly: wholeOrNone("monthly_quota"), inflight: wholeOrNone("inflight") };

const rateUsage = "[--burst <units> --burst-window <10s>] [--sustained <units> --sustained-window <5m>]";
const limitUsage = [
  `<plan> ${rateUsage} [--daily <units>] [--monthly <units>] [--inflight <requests>]`,
  "A request costs one unit unless its contract says otherwise. `none` takes a limit away.",
];
const plan = { plan: text("plan") };

const limitCreate = verbCommand(create, { usage: limitUsage, words: plan, flags: limitFlags, say: inWords });
const limitList = listCommand(list, {
  usage: [],
  columns: {
    PLAN: (of) => of.plan,
    BURST: (of) => rate(of.burst_quota, of.burst_seconds),
    SUSTAINED: (of) => rate(of.sustained_quota, of.sustained_seconds),
    DAILY: (of) => number(of.daily_quota),
    MONTHLY: (of) => number(of.monthly_quota),
    INFLIGHT: (of) => number(of.inflight),
    ASSIGNED: (of) => String(of.assignments),
  },
});
const limitShow = verbCommand(show, { usage: ["<plan>"], words: plan, say: inWords });
const limitUpdate = verbCommand(update, { usage: limitUsage, words: plan, flags: limitFlags, say: inWords });
const limitRemove = verbCommand(remove, { usage: ["<plan>"], words: plan, say: (of) => `Removed the plan ${of.plan}` });
const limitAssign = verbCommand(assign, {
  usage: ["<plan> --partner <name|id> --env live|test", "The plan default is that of partners that were given no other."],
  words: plan,
  flags: { partner: text("partner"), env: choice("environment", ["live", "test"]) },
  say: (of) => `${of.partner} has the plan ${of.plan} (${of.environment})`,
});
const limitOverride = verbCommand(override, {
  usage: [`<key id> ${rateUsage}`, "Holds besides what the plan of the key's partner allows. `none` takes a limit away."],
  words: { "key id": text("key") },
  flags: rateFlags,
  say: (of) => `${of.key}: ${rates(of)}`,
});

export const limitCommands: readonly Command[] = [limitCreate, limitList, limitShow, limitUpdate, limitRemove, limitAssign, limitOverride];

function inWords(of: PlanJson): string {
  return `${of.plan}: ${rates(of)}, daily ${number(of.daily_quota)}, monthly ${number(of.monthly_quota)}, underway ${number(of.inflight)}`;
}

function rates(of: RatesJson): string {
  return `burst ${rate(of.burst_quota, of.burst_seconds)}, sustained ${rate(of.sustained_quota, of.sustained_seconds)}`;
}

function rate(quota: number | null, window: number | null): string {
  return quota === null || window === null ? "-" : `${quota} in ${window} s`;
}

function number(value: number | null): string {
  return value === null ? "-" : String(value);
}
