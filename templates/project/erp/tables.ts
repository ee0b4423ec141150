/** Row types of the ERP's tables as the driver gives them; `sluice introspect` writes this file from the database. */

export interface ErpTables {
  /** The table of the example under `resources/widgets/`. */
  widget: {
    widget_no: string;
    customer_no: string;
    name: string;
    /** 20260131; 0 where there is none. */
    made_on: number;
    /** A active, D discontinued. */
    state: "A" | "D";
  };
}
