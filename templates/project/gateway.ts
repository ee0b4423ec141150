/** The gateway of My Company: its title, its contract version, and the list of its resources. */

import { defineGateway } from "sluice";
import { widgetsInErp } from "./resources/widgets/erp.ts";

export default defineGateway({
  title: "My Company",
  summary: "What partners of My Company can read from its ERP.",
  version: "2026-01-01",
  resources: [widgetsInErp],
});
