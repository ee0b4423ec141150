/** The ERP's database: one per environment, connected by `ERP_LIVE_URL` and `ERP_TEST_URL`. */

import { defineSource } from "sluice";
import type { MeridianTables } from "./tables.ts";

export const meridian = defineSource<MeridianTables>({ name: "erp", dialect: "postgres" });

/** The ERP's wall clock. */
export const zone = "Europe/Berlin";

/** The company whose business partners see; company 02 is the holding's own. */
export const company = "01";
