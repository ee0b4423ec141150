/** The ERP's wall clock, for columns that a command fills by itself. */

import { timeZone } from "#lib/time-zone.ts";

/** What a clock in `zone` (IANA, such as `Europe/Berlin`) shows at an instant: `{ date: "2026-11-24", time: "09:30:00" }`. */
export function wallClock(instant: Date, zone: string): { readonly date: string; readonly time: string } {
  const [date = "", time = ""] = new Date(timeZone(zone).toLocal(instant.getTime())).toISOString().split("T");
  return { date, time: time.slice(0, 8) };
}
