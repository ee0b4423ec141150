/** A small ERP with headers, lines, parts of lines, an archive and joined tables, and its wrap: the same on Postgres and MariaDB. */
import { code, date, dateTime, decimal, defineContract, defineSource, group, integer, lines, sharedOrOwn, text, wire, z } from "sluice";
import type { BoundResource, DialectName, SourceDeclaration } from "#erp/binding/source.ts";

interface Depot {
  ordhdr: {
    compny: string;
    ordno: string;
    status: "10" | "50" | "90";
    cusno: string;
    shipto: string | null;
    total: string;
    weight: number;
    delflg: string;
    remark: Uint8Array | null;
    city: string;
    reqdt: string | null;
    chgts: string;
  };
  ordhdra: Depot["ordhdr"];
  ordlin: { compny: string; ordno: string; linno: number; itmno: string; qty: number; delflg: string };
  ordlina: Depot["ordlin"];
  linprt: { ordno: string; linno: number; prtno: number; note: string | null };
  shphdr: { shpno: string; ordno: string; carcd: string | null; shpst: "P" | "S" };
  carmas: { carcd: string; carnam: string };
  price: { lst: string; cusno: string; itmno: string; amount: string };
}

const Order = z.object({
  id: wire.id(),
  status: z.enum(["entered", "shipped", "cancelled"]),
  customer_id: z.string(),
  ship_to_id: z.string().nullable(),
  total: z.object({ net: wire.decimal(), weight: wire.decimal() }),
  remark: z.string().nullable(),
  city: z.string(),
  requested_on: wire.date().nullable(),
  changed_at: wire.dateTime(),
  lines: z.array(
    z.object({ line_no: z.int(), product_id: z.string(), quantity: z.int(), parts: z.array(z.object({ part_no: z.int(), note: z.string().nullable() })) }),
  ),
});

const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "depot",
  summary: "Orders.",
  model: Order,
  reads: { list: { scope: "orders:read", sort: ["id"] }, get: { scope: "orders:read" } },
  events: (on) => ({
    "order.placed": on.created(),
    "order.shipped": on.changed("status", { to: "shipped" }),
    "order.lines_changed": on.changed("lines"),
    "order.removed": on.deleted(),
  }),
});

const shipments = defineContract({
  name: "shipments",
  singular: "shipment",
  team: "depot",
  summary: "Shipments.",
  model: z.object({ id: wire.id(), status: z.enum(["planned", "shipped"]), order_id: z.string(), city: z.string(), carrier: z.string().nullable() }),
  reads: { list: { scope: "shipments:read", sort: ["id"] }, get: { scope: "shipments:read" } },
  events: (on) => ({ "shipment.planned": on.created(), "shipment.redirected": on.changed("city") }),
});

const prices = defineContract({
  name: "prices",
  singular: "price",
  team: "depot",
  summary: "Prices.",
  model: z.object({ id: wire.id(), amount: wire.decimal() }),
  reads: { list: { scope: "prices:read", sort: ["id"] }, get: { scope: "prices:read" } },
  events: (on) => ({ "price.changed": on.changed("amount") }),
});

export interface DepotWrap {
  readonly source: SourceDeclaration;
  readonly resources: readonly BoundResource[];
}

export function depot(dialect: DialectName, footprint: "full" | "receipts" = "full"): DepotWrap {
  const erp = defineSource<Depot>({ name: "depot", dialect, footprint });
  const resources = [
    erp.bind(orders, {
      table: "ordhdr",
      alsoIn: ["ordhdra"],
      key: "ordno",
      account: { kind: "any-of", rules: ["cusno", "shipto"] },
      where: { compny: "01", delflg: { not: "D" } },
      fields: {
        status: code("status", { "10": "entered", "50": "shipped", "90": "cancelled" }),
        customer_id: text("cusno"),
        ship_to_id: text("shipto", { nullWhen: [""] }),
        total: group({ net: decimal("total"), weight: decimal("weight", { places: 3 }) }),
        remark: text("remark", { encoding: "latin1" }),
        city: text("city"),
        requested_on: date("reqdt", { as: "native" }),
        changed_at: dateTime("chgts", { zone: "UTC" }),
        lines: lines(
          "ordlin",
          { compny: "compny", ordno: "ordno" },
          {
            line_no: integer("linno"),
            product_id: text("itmno"),
            quantity: integer("qty"),
            parts: lines("linprt", { ordno: "ordno", linno: "linno" }, { part_no: integer("prtno"), note: text("note") }, { sort: ["prtno"] }),
          },
          { alsoIn: ["ordlina"], where: { delflg: { not: "D" } }, sort: ["linno"] },
        ),
      },
    }),
    erp.bind(shipments, {
      table: "shphdr",
      joins: {
        order: { table: "ordhdr", alsoIn: ["ordhdra"], on: { ordno: "ordno" } },
        carrier: { table: "carmas", on: { carcd: "carcd" }, optional: true },
      },
      key: "shpno",
      account: "order.cusno",
      fields: {
        status: code("shpst", { P: "planned", S: "shipped" }),
        order_id: text("ordno"),
        city: text("order.city"),
        carrier: text("carrier.carnam"),
      },
    }),
    erp.bind(prices, { table: "price", key: ["lst", "cusno", "itmno"], account: sharedOrOwn("cusno", [""]), fields: { amount: decimal("amount") } }),
  ];
  return { source: { name: "depot", dialect, footprint }, resources };
}

/** Statements one by one. The remark holds latin1 bytes, whatever the database's own encoding. */
export function depotTables(dialect: DialectName): readonly string[] {
  const pg = dialect === "postgres";
  const bytes = pg ? "BYTEA" : "VARBINARY(200)";
  const stamp = pg ? "TIMESTAMPTZ NOT NULL DEFAULT now()" : "TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)";
  const city = pg ? "VARCHAR(30)" : "VARCHAR(30) CHARACTER SET latin1";
  const end = pg ? "" : " ENGINE = InnoDB";
  const header = (name: string): string => `CREATE TABLE ${name} (
    compny CHAR(2) NOT NULL, ordno CHAR(10) NOT NULL, status CHAR(2) NOT NULL, cusno CHAR(8) NOT NULL, shipto CHAR(8), total DECIMAL(13,2) NOT NULL,
    weight DOUBLE PRECISION NOT NULL DEFAULT 0, delflg CHAR(1) NOT NULL DEFAULT '', remark ${bytes}, city ${city} NOT NULL DEFAULT '', reqdt DATE, chgts ${stamp},
    secret VARCHAR(20) NOT NULL DEFAULT 'SECRET', PRIMARY KEY (compny, ordno))${end}`;
  const line = (name: string): string => `CREATE TABLE ${name} (
    compny CHAR(2) NOT NULL, ordno CHAR(10) NOT NULL, linno INTEGER NOT NULL, itmno CHAR(15) NOT NULL, qty INTEGER NOT NULL, delflg CHAR(1) NOT NULL DEFAULT '',
    internal INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (compny, ordno, linno))${end}`;
  return [
    header("ordhdr"),
    header("ordhdra"),
    line("ordlin"),
    line("ordlina"),
    `CREATE TABLE linprt (ordno CHAR(10) NOT NULL, linno INTEGER NOT NULL, prtno INTEGER NOT NULL, note VARCHAR(40), PRIMARY KEY (ordno, linno, prtno))${end}`,
    `CREATE TABLE shphdr (shpno CHAR(10) PRIMARY KEY, ordno CHAR(10) NOT NULL, carcd CHAR(4), shpst CHAR(1) NOT NULL)${end}`,
    `CREATE TABLE carmas (carcd CHAR(4) PRIMARY KEY, carnam VARCHAR(30) NOT NULL)${end}`,
    `CREATE TABLE price (lst CHAR(4) NOT NULL, cusno CHAR(8) NOT NULL, itmno CHAR(15) NOT NULL, amount DECIMAL(13,4) NOT NULL, PRIMARY KEY (lst, cusno, itmno))${end}`,
  ];
}
