/** The ERP's database: one per environment, connected by `ERP_LIVE_URL` and `ERP_TEST_URL`. */

import { defineSource } from "sluice";
import type { ErpTables } from "./tables.ts";

export const erp = defineSource<ErpTables>({ name: "erp", dialect: "postgres" });
