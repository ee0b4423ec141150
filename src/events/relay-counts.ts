/** What the relays of a process have done and seen, and how Prometheus is told (text exposition format 0.0.4). */

import type { CaptureSource } from "./capture-source.ts";
import type { CaptureState } from "./capture-state-records.ts";

interface Counted {
  readonly source: CaptureSource;
  captured: number;
  recorded: number;
  deliveries: number;
  failures: number;
  trouble: string | undefined;
  lag: Awaited<ReturnType<CaptureSource["lag"]>>;
}

export interface RelayCounts {
  relayed(source: CaptureSource, counts: { readonly captured: number; readonly recorded: number; readonly deliveries: number }): void;
  failed(source: CaptureSource, trouble: string): void;
  /** Asks each source what waits there; for a timer. Never rejects. */
  look(): Promise<readonly CaptureState[]>;
  text(): string;
}

export function relayCounts(sources: readonly CaptureSource[]): RelayCounts {
  const all = new Map(
    sources.map((source): [CaptureSource, Counted] => [
      source,
      { source, captured: 0, recorded: 0, deliveries: 0, failures: 0, trouble: undefined, lag: undefined },
    ]),
  );
  return {
    relayed(source, { captured, recorded, deliveries }) {
      const counted = all.get(source);
      if (counted === undefined) return;
      counted.captured += captured;
      counted.recorded += recorded;
      counted.deliveries += deliveries;
      counted.trouble = undefined;
    },
    failed(source, trouble) {
      const counted = all.get(source);
      if (counted === undefined) return;
      counted.failures += 1;
      counted.trouble = trouble;
    },
    async look() {
      return Promise.all(
        [...all.values()].map(async (counted): Promise<CaptureState> => {
          // A source that cannot be asked is a source whose relay fails as well.
          counted.lag = await counted.source.lag().catch(() => undefined);
          const { name, source, environment } = counted.source;
          return { name, source, environment, waiting: counted.lag?.waiting, oldestMs: counted.lag?.oldestMs, trouble: counted.trouble };
        }),
      );
    },
    text() {
      const counted = [...all.values()];
      return [
        metric("sluice_capture_changes_total", "counter", "Changes of things that this process has relayed.", counted, ({ captured }) => captured),
        metric("sluice_events_recorded_total", "counter", "Events that this process has recorded.", counted, ({ recorded }) => recorded),
        metric("sluice_deliveries_recorded_total", "counter", "Deliveries that were made of events this process has recorded.", counted, (of) => of.deliveries),
        metric("sluice_relay_failures_total", "counter", "Rounds of the relay that failed; they are repeated.", counted, ({ failures }) => failures),
        metric("sluice_capture_waiting", "gauge", "Changes that wait at the source to be relayed.", counted, ({ lag }) => lag?.waiting),
        metric("sluice_capture_oldest_seconds", "gauge", "How long the oldest of them has waited.", counted, ({ lag }) =>
          lag === undefined ? undefined : (lag.oldestMs ?? 0) / 1_000,
        ),
      ].join("");
    },
  };
}

function metric(name: string, type: string, help: string, counted: readonly Counted[], value: (of: Counted) => number | undefined): string {
  const lines = counted.flatMap((of) => {
    const { name: capture, source, environment } = of.source;
    const it = value(of);
    return it === undefined ? [] : [`${name}{capture="${capture}",source="${source}",environment="${environment}"} ${it}\n`];
  });
  return lines.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
