/** Meridian Wholesale's partner gateway: every resource it offers. */

import { defineGateway } from "sluice";
import { ordersInErp } from "./resources/orders/erp.ts";

export default defineGateway({
  title: "Meridian Wholesale",
  summary: "Orders, products, prices, stock, shipments, invoices and payments of Meridian Wholesale, for its business partners.",
  version: "2026-11-01",
  resources: [ordersInErp],
});
