/** The ERP's database: one per environment, connected by `ERP_LIVE_URL` and `ERP_TEST_URL`. */

import { defineSource, type Given, wallClock } from "sluice";
import type { MeridianTables } from "./tables.ts";

export const meridian = defineSource<MeridianTables>({ name: "erp", dialect: "postgres", footprint: "full" });

/** The ERP's wall clock. */
export const zone = "Europe/Berlin";

/** The company whose business partners see; company 02 is the holding's own. */
export const company = "01";

/** When a row is written, as the ERP's programs note it: YYYYMMDD, and HHMMSS without leading zeros. */
export function changed({ now }: Pick<Given, "now">): { readonly CHGDT: number; readonly CHGTM: number } {
  const { date, time } = wallClock(now, zone);
  return { CHGDT: digits(date), CHGTM: digits(time) };
}

/** A date or time as the ERP's integer: `2026-11-24` is 20261124. */
export function digits(text: string): number {
  return Number(text.replaceAll(/\D/g, ""));
}
