/** webERP's database: one per environment, connected by `WEBERP_LIVE_URL` and `WEBERP_TEST_URL`. */

import { defineSource } from "sluice";
import type { WebErpTables } from "./tables.ts";

export const weberp = defineSource<WebErpTables>({ name: "weberp", dialect: "mariadb" });

/** The wall clock of the machine that webERP runs on: `date_default_timezone_set` in its `config.php`. */
export const zone = "Europe/London";

/** Types of documents, from the table `systypes`: each has a number range there. */
export const documentType = { invoice: 10, receipt: 12, order: 30 } as const;

/** How webERP writes "no date", by the type of the column. */
export const noDate = { nullWhen: ["0000-00-00"], as: "native" } as const;
export const noDateTime = { nullWhen: ["0000-00-00 00:00:00"], as: "native" } as const;
