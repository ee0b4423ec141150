import { code, date, text } from "sluice";
import { erp } from "../../erp/source.ts";
import { widgets } from "./contract.ts";

/** Where widgets live in the ERP: public name, conversion, columns, one line per field. */
export const widgetsInErp = erp.bind(widgets, {
  table: "widget",
  key: "widget_no",
  account: "customer_no", // a partner sees the rows of its own customer numbers, and no others
  fields: {
    name: text("name"),
    made_on: date("made_on", { nullWhen: [0] }), // 20260131; 0 where there is none
    status: code("state", { A: "active", D: "discontinued" }),
  },
});
