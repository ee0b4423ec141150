/** Meridian Wholesale's partner gateway: every resource it offers. */

import { defineGateway } from "sluice";
import { addressesInErp } from "./resources/addresses/erp.ts";
import { customersInErp } from "./resources/customers/erp.ts";
import { invoicesInErp } from "./resources/invoices/erp.ts";
import { ordersInErp } from "./resources/orders/erp.ts";
import { paymentsInErp } from "./resources/payments/erp.ts";
import { pricesInErp } from "./resources/prices/erp.ts";
import { productsInErp } from "./resources/products/erp.ts";
import { shipmentsInErp } from "./resources/shipments/erp.ts";
import { stockInErp } from "./resources/stock/erp.ts";

export default defineGateway({
  title: "Meridian Wholesale",
  summary: "Orders, products, prices, stock, shipments, invoices and payments of Meridian Wholesale, for its business partners.",
  version: "2026-11-01",
  resources: [ordersInErp, productsInErp, pricesInErp, stockInErp, customersInErp, addressesInErp, shipmentsInErp, invoicesInErp, paymentsInErp],
});
