/** What was counted of credentials, as text for Prometheus. */
import type { ThrottleCounts } from "../failures/throttle.ts";
import type { ChangeWatch } from "./change-watch.ts";
import type { UseGatherer } from "./gather-uses.ts";
import type { RecordCache } from "./record-cache.ts";

export interface CredentialParts {
  readonly watch: Pick<ChangeWatch, "confirmedAt" | "failedPolls">;
  readonly elapsedMs: () => number;
  /** Undefined where listening is switched off. */
  readonly isListening: (() => boolean) | undefined;
  readonly lookups: RecordCache<unknown>["counts"];
  readonly throttle: ThrottleCounts;
  readonly uses: Pick<UseGatherer, "lost">;
}

type Sample = readonly [labels: string, value: number];

export function credentialMetrics({ watch, elapsedMs, isListening, lookups, throttle, uses }: CredentialParts): string {
  const age = (elapsedMs() - watch.confirmedAt()) / 1000;
  const refused = [...throttle.refused].map(([reason, count]): Sample => [`{reason="${reason}"}`, count]);
  return [
    family("sluice_credentials_confirmed_seconds", "gauge", "Since this process was last certain to know all changes to credentials.", [
      ["", Number.isFinite(age) ? age : -1],
    ]),
    isListening ? family("sluice_credentials_listening", "gauge", "1 while changes are heard at once.", [["", isListening() ? 1 : 0]]) : "",
    family("sluice_credentials_polls_failed_total", "counter", "Polls for changes that failed.", [["", watch.failedPolls()]]),
    family("sluice_credentials_lookups_total", "counter", "Credentials that were looked up.", [["", lookups.lookups]]),
    family("sluice_credentials_lookups_failed_total", "counter", "Lookups that failed.", [["", lookups.failures]]),
    family("sluice_credentials_unconfirmed_total", "counter", "Requests admitted or refused by what was known before the store could not be asked.", [
      ["", lookups.unconfirmed],
    ]),
    family("sluice_credentials_refused_total", "counter", "Credentials that were refused, by reason.", refused),
    family("sluice_credentials_throttled_total", "counter", "Requests from networks that had too many credentials refused.", [["", throttle.throttled]]),
    family("sluice_credentials_uses_lost_total", "counter", "Uses of credentials that could not be noted.", [["", uses.lost()]]),
  ].join("");
}

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value]) => `${name}${labels} ${value}\n`).join("")}`;
}
