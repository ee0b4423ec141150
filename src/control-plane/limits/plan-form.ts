/** Plans and limits of keys in the form that verbs take and give. */
import { z } from "zod";
import type { AssignedPlan, KeyLimits, Plan, Rate } from "./plan-records.ts";

const planName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "takes letters in lower case, digits and dashes, at most 40, a letter first")
  .meta({ description: "The plan's name." });
const units = z.int().min(1).max(2_000_000_000);
const seconds = z.int().min(1).max(86_400);

export const planInput = z.object({ plan: planName });

/** Null takes a limit away; what is left out stays as it is. */
export const rateInputs = {
  burst_quota: units.nullish().meta({ description: "Units of cost in any window of `burst_seconds`." }),
  burst_seconds: seconds.nullish(),
  sustained_quota: units.nullish().meta({ description: "Units of cost in any window of `sustained_seconds`." }),
  sustained_seconds: seconds.nullish(),
};

export const limitInputs = {
  ...rateInputs,
  daily_quota: units.nullish().meta({ description: "Units of cost in a day (UTC)." }),
  monthly_quota: units.nullish().meta({ description: "Units of cost in a month (UTC)." }),
  inflight: z.int().min(1).max(100_000).nullish().meta({ description: "Requests of a partner underway at once." }),
};

const rateOutputs = {
  burst_quota: z.int().nullable(),
  burst_seconds: z.int().nullable(),
  sustained_quota: z.int().nullable(),
  sustained_seconds: z.int().nullable(),
};

export const keyLimitsOutput = z.object({ key: z.string(), ...rateOutputs });

export const planOutput = z.object({
  plan: z.string(),
  ...rateOutputs,
  daily_quota: z.int().nullable(),
  monthly_quota: z.int().nullable(),
  inflight: z.int().nullable(),
  assignments: z.int().meta({ description: "To how many partners it was given, each environment for itself." }),
});

export type PlanJson = z.output<typeof planOutput>;
export type RatesJson = Pick<PlanJson, keyof typeof rateInputs>;

export function noPlan(name: string): string {
  return `There is no plan "${name}".`;
}

export function ratesOut({ burst, sustained }: KeyLimits) {
  return {
    burst_quota: burst?.quota ?? null,
    burst_seconds: burst?.seconds ?? null,
    sustained_quota: sustained?.quota ?? null,
    sustained_seconds: sustained?.seconds ?? null,
  };
}

export function planOut(plan: AssignedPlan): z.input<typeof planOutput> {
  const { name, dailyQuota, monthlyQuota, inflight, assignments } = plan;
  return {
    plan: name,
    ...ratesOut(plan),
    daily_quota: dailyQuota ?? null,
    monthly_quota: monthlyQuota ?? null,
    inflight: inflight ?? null,
    assignments,
  };
}

type RatesIn = { readonly [Name in keyof typeof rateInputs]?: number | null | undefined };
type LimitsIn = { readonly [Name in keyof typeof limitInputs]?: number | null | undefined };

/** What was there, with what was sent. A rate needs both of its numbers: `reasons` says which lacks one. */
export function ratesIn(before: KeyLimits, input: RatesIn): { readonly rates: KeyLimits; readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  const rate = (name: "burst" | "sustained"): Rate | undefined => {
    if (input[`${name}_quota`] === null || input[`${name}_seconds`] === null) return undefined;
    const quota = input[`${name}_quota`] ?? before[name]?.quota;
    const length = input[`${name}_seconds`] ?? before[name]?.seconds;
    if (quota !== undefined && length !== undefined) return { quota, seconds: length };
    if (quota !== length) reasons.push(`${name}_quota and ${name}_seconds go together: so many units in so many seconds.`);
    return undefined;
  };
  return { rates: { burst: rate("burst"), sustained: rate("sustained") }, reasons };
}

export function planIn(before: Plan, input: LimitsIn): { readonly plan: Plan; readonly reasons: readonly string[] } {
  const { rates, reasons } = ratesIn(before, input);
  return {
    plan: {
      name: before.name,
      ...rates,
      dailyQuota: sent(input.daily_quota, before.dailyQuota),
      monthlyQuota: sent(input.monthly_quota, before.monthlyQuota),
      inflight: sent(input.inflight, before.inflight),
    },
    reasons,
  };
}

function sent(value: number | null | undefined, before: number | undefined): number | undefined {
  return value === undefined ? before : (value ?? undefined);
}
