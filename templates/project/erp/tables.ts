/** Row types of the ERP's tables, as the driver gives them. Written by `sluice introspect`, which keeps unions of codes as they are edited. */

// Whole numbers that fit are numbers; BIGINT and DECIMAL are strings, so that no digit is lost; dates are strings, too. A column
// whose codes are a closed set is a union of them, without trailing spaces: the compiler then asks for a public word of each.

export interface ErpTables {
  widget: {
    widget_no: string;
    customer_no: string;
    name: string;
    made_on: number;
    state: "A" | "D";
  };
}
