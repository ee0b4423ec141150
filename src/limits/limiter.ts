/** The limiter: rates and requests underway first, then quotas; charged all together, or not at all. */

import type { Admitted, Counted, Limiter, NotAdmitted, Standing, Standings } from "#pipeline/limits.ts";
import type { Quotas, QuotasAdmitted } from "./quotas.ts";
import type { Rates, RatesAdmitted } from "./rates.ts";

export interface LimiterParts {
  readonly rates: Rates;
  readonly quotas: Quotas;
  /** Longest wait for all of it, in milliseconds, as far as the store of the quotas is concerned. */
  readonly budgetMs: number;
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told the policies that refused a request. */
  readonly onRefusal: (violated: readonly string[]) => void;
}

/** Added to what a caller is told to wait: its clock and ours may run differently. */
const marginUs = 10_000;

/** Less is no try. */
const leastMs = 4;

export function limiter({ rates, quotas, budgetMs, elapsedMs, now, onRefusal }: LimiterParts): Limiter {
  function refuse(standings: Standings, violated: readonly string[], waitUs: number): NotAdmitted {
    onRefusal(violated);
    return { kind: "refused", standings, violated, retryAfterSeconds: Math.max(1, Math.ceil((waitUs + marginUs) / 1_000_000)) };
  }

  return {
    async take(caller, cost) {
      const { inflight } = caller.limits;
      const of = (policies: readonly Standing[], quota: readonly Standing[]): Standings => ({ policies: [...policies, ...quota], inflight });
      const since = elapsedMs();
      const first = await rates.take(caller, cost);
      if (first.kind === "refused") return refuse(of(first.standings, quotas.standings(caller, now())), first.violated, first.waitUs);
      return withQuotas(caller, cost, first, undefined, since, of);
    },
  };

  /** `before`: what the quotas were charged for this request already. */
  async function withQuotas(
    caller: Counted,
    cost: number,
    rated: RatesAdmitted,
    before: QuotasAdmitted | undefined,
    since: number,
    of: (policies: readonly Standing[], quota: readonly Standing[]) => Standings,
  ): Promise<Admitted | NotAdmitted> {
    const left = Math.max(leastMs, budgetMs - (elapsedMs() - since));
    const charged = caller.limits.quotas.length === 0 ? undefined : await (before?.raise(cost) ?? quotas.take(caller, cost, rated.nowMs, left));
    if (charged?.kind === "refused") {
      rated.giveBack();
      if (before === undefined) rated.release();
      return refuse(
        of(
          rated.standings.map((one) => givenBack(one, cost)),
          charged.standings,
        ),
        charged.violated,
        charged.waitUs,
      );
    }
    return {
      kind: "admitted",
      standings: of(rated.standings, charged?.standings ?? []),
      async raise(whole) {
        const again = elapsedMs();
        const more = await rated.raise(whole);
        if (more.kind === "admitted") return withQuotas(caller, whole, more, charged, again, of);
        // The request costs nothing: what the quotas were charged goes back as well.
        charged?.giveBack();
        return refuse(of(more.standings, charged?.standings ?? []), more.violated, more.waitUs);
      },
      release: rated.release,
    };
  }
}

function givenBack(standing: Standing, cost: number): Standing {
  const { quota, left } = standing;
  return left === undefined ? standing : { ...standing, left: { ...left, units: Math.min(quota, left.units + Math.min(cost, quota)) } };
}
