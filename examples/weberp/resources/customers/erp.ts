import { date, flag, integer, lines, money, text } from "sluice";
import { address, htmlText } from "../../erp/conversions.ts";
import { noDateTime, weberp } from "../../erp/source.ts";
import { customers } from "./contract.ts";

/** Where customers live: the debtors' ledger, and their branches. */
export const customersInErp = weberp.bind(customers, {
  table: "debtorsmaster",
  joins: {
    hold: { table: "holdreasons", on: { reasoncode: "holdreason" } },
    terms: { table: "paymentterms", on: { termsindicator: "paymentterms" } },
  },
  key: "debtorno",
  account: "debtorno",
  fields: {
    name: htmlText("name"),
    address: address("address1", "address2", "address3", "address4", "address5", "address6"),
    currency: text("currcode"),
    price_list: text("salestype"),
    payment_terms: text("terms.terms"),
    tax_number: text("taxref", { nullWhen: [""] }),
    customer_since: date("clientsince", noDateTime),
    last_paid_on: date("lastpaiddate", noDateTime),
    on_hold: flag("hold.dissallowinvoices"),
    credit_limit: money("creditlimit", "currcode", { places: 2 }),
    branches: lines(
      "custbranch",
      { debtorno: "debtorno" },
      {
        code: text("branchcode"),
        name: htmlText("brname"),
        address: address("braddress1", "braddress2", "braddress3", "braddress4", "braddress5", "braddress6"),
        contact: text("contactname", { nullWhen: [""] }),
        phone: text("phoneno", { nullWhen: [""] }),
        email: text("email", { nullWhen: [""] }),
        delivery_days: integer("estdeliverydays"),
        instructions: text("specialinstructions", { nullWhen: [""] }),
        active: flag("disabletrans", { true: [0], false: [1] }),
      },
      { sort: ["branchcode"] },
    ),
  },
});
