/** A partner gateway over webERP: every resource it offers. */

import { defineGateway } from "sluice";
import { customersInErp } from "./resources/customers/erp.ts";
import { invoicesInErp } from "./resources/invoices/erp.ts";
import { ordersInErp } from "./resources/orders/erp.ts";
import { paymentsInErp } from "./resources/payments/erp.ts";
import { pricesInErp } from "./resources/prices/erp.ts";
import { productsInErp } from "./resources/products/erp.ts";
import { stockInErp } from "./resources/stock/erp.ts";

export default defineGateway({
  title: "webERP Demo Company",
  summary: "Orders, products, prices, stock, invoices and payments of a company that runs on webERP, for its customers.",
  version: "2026-11-01",
  resources: [customersInErp, productsInErp, pricesInErp, stockInErp, ordersInErp, invoicesInErp, paymentsInErp],
});
