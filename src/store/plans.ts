/** Plans of limits, who has which, and what is set for keys, in the gateway's own tables. */
import { type Selectable, sql } from "kysely";
import type { AssignedPlan, KeyLimits, Plan, PlanRecords, Rate } from "#control-plane/limits/plan-records.ts";
import { type LimitTerms, unlimited } from "#pipeline/limits.ts";
import type { Store } from "./connect.ts";
import type { PlansTable, RateColumns } from "./tables.ts";

export function planRecords(store: Store): PlanRecords {
  return {
    insert: async (plan) => {
      const inserted = await store
        .insertInto("plans")
        .values({ name: plan.name, ...columnsOf(plan), ...rateColumns(plan) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return inserted.numInsertedOrUpdatedRows === 1n ? "inserted" : "name-taken";
    },
    find: async (name) => {
      const row = await select(store).where("plans.name", "=", name).executeTakeFirst();
      return row && toPlan(row);
    },
    list: async (after, limit) => {
      const query = select(store).orderBy("plans.name").limit(limit);
      return (await (after === undefined ? query : query.where("plans.name", ">", after)).execute()).map(toPlan);
    },
    update: async (plan) => {
      await store
        .updateTable("plans")
        .set({ ...columnsOf(plan), ...rateColumns(plan) })
        .where("name", "=", plan.name)
        .execute();
    },
    remove: async (name) => {
      const removed = await store
        .deleteFrom("plans")
        .where("name", "=", name)
        .where((row) => row.not(row.exists(row.selectFrom("plan_assignments").select("plan").where("plan", "=", name))))
        .executeTakeFirst();
      return removed.numDeletedRows === 1n ? "removed" : "in-use";
    },
    assigned: async (partner, environment) => {
      const row = await store
        .selectFrom("plan_assignments")
        .select("plan")
        .where("partner", "=", partner)
        .where("environment", "=", environment)
        .executeTakeFirst();
      return row?.plan;
    },
    assign: async (partner, environment, plan) => {
      if (plan === undefined) await store.deleteFrom("plan_assignments").where("partner", "=", partner).where("environment", "=", environment).execute();
      else
        await store
          .insertInto("plan_assignments")
          .values({ partner, environment, plan })
          .onConflict((conflict) => conflict.columns(["partner", "environment"]).doUpdateSet({ plan }))
          .execute();
    },
    ofKey: async (kid) => {
      const row = await store
        .selectFrom("api_keys")
        .leftJoin("key_limits", "key_limits.kid", "api_keys.kid")
        .select(["burst_quota", "burst_seconds", "sustained_quota", "sustained_seconds"])
        .where("api_keys.kid", "=", kid)
        .executeTakeFirst();
      return row && ratesOf(row);
    },
    setOfKey: async (kid, limits) => {
      const rates = rateColumns(limits);
      if (limits.burst === undefined && limits.sustained === undefined) await store.deleteFrom("key_limits").where("kid", "=", kid).execute();
      else
        await store
          .insertInto("key_limits")
          .values({ kid, ...rates })
          .onConflict((conflict) => conflict.column("kid").doUpdateSet(rates))
          .execute();
    },
  };
}

/** What `sluice.limit_terms` answers, for the lookup of a credential. */
export interface LimitTermsRow {
  readonly plan: Selectable<PlansTable>;
  readonly key: RateColumns | null;
}

/** Null: there is no plan, since somebody has removed the default by hand. */
export function limitTermsOf(row: LimitTermsRow | null): LimitTerms {
  if (row === null) return unlimited;
  const { plan, key } = row;
  return {
    partner: policies("", plan),
    key: key === null ? [] : policies("key-", key),
    quotas: [
      ...(plan.daily_quota === null ? [] : [{ name: "daily", quota: plan.daily_quota, window: "day" as const }]),
      ...(plan.monthly_quota === null ? [] : [{ name: "monthly", quota: plan.monthly_quota, window: "month" as const }]),
    ],
    inflight: plan.inflight ?? undefined,
  };
}

function policies(prefix: string, row: RateColumns): LimitTerms["partner"] {
  const { burst, sustained } = ratesOf(row);
  return [
    ...(burst === undefined ? [] : [{ name: `${prefix}burst`, quota: burst.quota, windowSeconds: burst.seconds }]),
    ...(sustained === undefined ? [] : [{ name: `${prefix}sustained`, quota: sustained.quota, windowSeconds: sustained.seconds }]),
  ];
}

function select(store: Store) {
  return store.selectFrom("plans").selectAll("plans").select(
    // Those that were given none have the default.
    sql<number>`(select count(*) from sluice.plan_assignments where plan = plans.name)::integer`.as("assignments"),
  );
}

function toPlan(row: Selectable<PlansTable> & { readonly assignments: number }): AssignedPlan {
  return {
    name: row.name,
    ...ratesOf(row),
    dailyQuota: row.daily_quota ?? undefined,
    monthlyQuota: row.monthly_quota ?? undefined,
    inflight: row.inflight ?? undefined,
    assignments: row.assignments,
  };
}

function ratesOf(row: RateColumns): KeyLimits {
  return { burst: rate(row.burst_quota, row.burst_seconds), sustained: rate(row.sustained_quota, row.sustained_seconds) };
}

function rate(quota: number | null, seconds: number | null): Rate | undefined {
  return quota === null || seconds === null ? undefined : { quota, seconds };
}

function rateColumns({ burst, sustained }: KeyLimits): RateColumns {
  return {
    burst_quota: burst?.quota ?? null,
    burst_seconds: burst?.seconds ?? null,
    sustained_quota: sustained?.quota ?? null,
    sustained_seconds: sustained?.seconds ?? null,
  };
}

function columnsOf({ dailyQuota, monthlyQuota, inflight }: Plan) {
  return { daily_quota: dailyQuota ?? null, monthly_quota: monthlyQuota ?? null, inflight: inflight ?? null };
}
