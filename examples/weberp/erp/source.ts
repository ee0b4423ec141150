/** webERP's database: one per environment, connected by `WEBERP_LIVE_URL` and `WEBERP_TEST_URL`. */

import { defineSource } from "sluice";
import type { WebErpTables } from "./tables.ts";

export const weberp = defineSource<WebErpTables>({ name: "weberp", dialect: "mariadb" });

/** `debtortrans.type` and `stockmoves.type`, from the table `systypes`. */
export const documentType = { invoice: 10, receipt: 12 } as const;

/** How webERP writes "no date", by the type of the column. */
export const noDate = { nullWhen: ["0000-00-00"], as: "native" } as const;
export const noDateTime = { nullWhen: ["0000-00-00 00:00:00"], as: "native" } as const;
