/** The ERP of somebody else: a table of orders on either database, and the resource that its team writes for it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `customer` is filed under the partner's account; dates are whole numbers, codes padded. */
export const schema = `
CREATE TABLE cusord (ordno CHAR(8) NOT NULL PRIMARY KEY, cusno CHAR(6) NOT NULL, orddt INTEGER NOT NULL, ordst CHAR(2) NOT NULL, ordtot DECIMAL(12,2) NOT NULL);
INSERT INTO cusord VALUES ('A1', 'C1', 20260131, '10', 1234.50), ('A2', 'C1', 20260201, '90', 10.00), ('A3', 'C1', 0, '10', 0.05),
  ('B1', 'C2', 20260201, '10', 7.00), ('B2', 'C2', 20260202, '10', 8.00);`;

/** What a request for `C1`'s orders has to answer. */
export const ordersOfC1 = [
  { id: "A1", placed_on: "2026-01-31", status: "open", total: "1234.50" },
  { id: "A2", placed_on: "2026-02-01", status: "cancelled", total: "10.00" },
  { id: "A3", placed_on: null, status: "open", total: "0.05" },
];

const files: Readonly<Record<string, string>> = {
  "erp/tables.ts": `
    export interface ErpTables {
      cusord: { ordno: string; cusno: string; orddt: number; ordst: "10" | "90"; ordtot: string };
    }`,
  "resources/orders/schema.ts": `
    import { wire, z } from "sluice";
    export const Order = z.object({
      id: wire.id(), placed_on: wire.date().nullable(), status: z.enum(["open", "cancelled"]), total: wire.decimal(),
    });`,
  "resources/orders/contract.ts": `
    import { defineContract } from "sluice";
    import { Order } from "./schema.ts";
    export const orders = defineContract({
      name: "orders", singular: "order", team: "sales", summary: "Orders of a customer.", model: Order,
      reads: { list: { scope: "orders:read", filter: ["status", "placed_on"], sort: ["id", "placed_on"] }, get: { scope: "orders:read" } },
    });`,
  "resources/orders/erp.ts": `
    import { code, date, decimal, text } from "sluice";
    import { erp } from "../../erp/source.ts";
    import { orders } from "./contract.ts";
    export const ordersInErp = erp.bind(orders, {
      table: "cusord", key: "ordno", account: "cusno",
      fields: {
        placed_on: date("ordDT", { nullWhen: [0] }),
        status: code("ordst", { "10": "open", "90": "cancelled" }),
        total: decimal("ordtot"),
      },
    });`,
};

/** Edits the draft into the resource that the team wants; one column is misspelt. */
export function writeOwnResource(project: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

export function correctColumn(project: string): void {
  edit(project, "resources/orders/erp.ts", (text) => text.replace("ordDT", "orddt"));
}

function edit(project: string, path: string, change: (text: string) => string): void {
  const before = readFileSync(join(project, path), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${path} does not hold what was to be changed.`);
  writeFileSync(join(project, path), after);
}
