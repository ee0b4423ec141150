/** What became of the records of requests, for Prometheus (text exposition format 0.0.4). */
import type { UsageCounts } from "./collect.ts";

export function usageMetrics({ written, dropped, failures, waiting }: UsageCounts): string {
  const metric = (name: string, type: string, help: string, value: number): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
  return [
    metric("sluice_usage_records_written_total", "counter", "Records of requests that were written to the gateway's own database.", written),
    metric("sluice_usage_records_dropped_total", "counter", "Records of requests that were lost because too many waited to be written.", dropped),
    metric("sluice_usage_write_failures_total", "counter", "Times that records of requests could not be written; they are tried again.", failures),
    metric("sluice_usage_records_waiting", "gauge", "Records of requests that wait to be written.", waiting),
  ].join("");
}
