/** A small ERP and its wrap, the same on Postgres and MariaDB: what commands promise is tested on it, with nothing else in the way. */
import {
  code,
  dateTime,
  defineContract,
  defineGateway,
  defineSource,
  group,
  integer,
  lines,
  ref,
  type Source,
  sharedWithEveryPartner,
  sql,
  text,
  update,
  wire,
  z,
} from "sluice";

export type ShopDialect = "postgres" | "mariadb";

/** Row types of the shop. */
export interface Shop {
  ordhdr: {
    ordno: string;
    cusno: string;
    status: "10" | "90";
    refno: string;
    reqdt: string;
    city: string;
    street: string;
    prio: number;
    carrier: string;
    note: string;
    weight: number;
    chgts: string;
  };
  ordlin: { ordno: string; linno: number; itmno: string; qty: number };
  item: { itmno: string; title: string };
  customer: { cusno: string; city: string };
  numrng: { rng: string; lastno: number };
}

const Line = z.object({ line_no: z.int(), product_id: wire.id(), quantity: z.int() });

const Order = z.object({
  id: wire.id(),
  status: z.enum(["entered", "cancelled"]),
  customer_id: wire.id(),
  reference: z.string().nullable(),
  ship_to: z.object({ street: z.string(), city: z.string() }),
  requested_on: z.string().nullable(),
  priority: z.int(),
  carrier: z.string(),
  note: z.string(),
  weight: z.int(),
  changed_at: wire.dateTime(),
  margin: z.int(),
  lines: z.array(Line),
});

const text20 = z.string().max(200);

const PlaceOrder = z.object({
  customer_id: wire.id(),
  reference: text20.optional(),
  ship_to: z.object({ street: text20, city: text20 }).optional(),
  note: text20.optional(),
  lines: z.array(z.object({ product_id: wire.id(), quantity: z.int().min(1) })).min(1),
});

const AmendOrder = z.object({
  reference: text20.nullable().optional(),
  ship_to: z.object({ street: text20, city: text20 }).optional(),
  requested_on: text20.nullable().optional(),
  priority: z.int().optional(),
  carrier: text20.optional(),
  note: text20.optional(),
  weight: z.int().optional(),
  effective_at: wire.dateTime().optional(),
});

const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "shop",
  summary: "Orders.",
  model: Order,
  reads: { list: { scope: "orders:read", filter: ["reference"], sort: ["id"] }, get: { scope: "orders:read" } },
  commands: {
    place: { scope: "orders:write", input: PlaceOrder, example: { customer_id: "C1", lines: [{ product_id: "A", quantity: 1 }] } },
    amend: { scope: "orders:write", input: AmendOrder, on: "one", as: "update", example: { note: "urgent" } },
    cancel: { scope: "orders.cancel:write", on: "one" },
    remove: { scope: "orders:delete", on: "one", as: "delete" },
  },
  batch: true,
  owner: {
    status: "erp",
    customer_id: "erp",
    reference: "partner",
    ship_to: "partner",
    requested_on: "shared",
    priority: "shared",
    carrier: "shared",
    note: "shared",
    weight: "shared",
    lines: "erp",
  },
  conflict: { requested_on: "reject", priority: "erp-wins", carrier: "partner-wins", note: "review", weight: "newest" },
  newestBy: "changed_at",
  hide: { margin: "orders.margin:read" },
  refusals: { "credit-limit-exceeded": "The order exceeds the credit limit.", "already-cancelled": "The order is cancelled." },
});

const products = defineContract({
  name: "products",
  singular: "product",
  team: "shop",
  summary: "Products.",
  model: z.object({ id: wire.id(), title: z.string() }),
  reads: { get: { scope: "products:read" } },
});

const customers = defineContract({
  name: "customers",
  singular: "customer",
  team: "shop",
  summary: "Customers.",
  model: z.object({ id: wire.id(), city: z.string() }),
  reads: { get: { scope: "customers:read" } },
});

function bindOrders(shop: Source<Shop>) {
  return shop.bind(orders, {
    table: "ordhdr",
    key: "ordno",
    account: "cusno",
    fields: {
      status: code("status", { "10": "entered", "90": "cancelled" }),
      customer_id: ref("customers", "cusno"),
      reference: text("refno", { nullWhen: [""] }),
      ship_to: group({ street: text("street"), city: text("city") }),
      requested_on: text("reqdt", { nullWhen: [""] }),
      priority: integer("prio"),
      carrier: text("carrier"),
      note: text("note"),
      weight: integer("weight"),
      changed_at: dateTime("chgts", { zone: "UTC" }),
      margin: integer("prio"),
      lines: lines(
        "ordlin",
        { ordno: "ordno" },
        { line_no: integer("linno"), product_id: ref("products", "itmno"), quantity: integer("qty") },
        { sort: ["linno"] },
      ),
    },
    commands: {
      place: async (erp, _order, { columns: { row, rows }, now }) => {
        const [range] = await erp.query(sql`SELECT lastno FROM numrng WHERE rng = 'ordno' FOR UPDATE`);
        const number = Number(range?.[0]) + 1;
        await erp.update("numrng", { rng: "ordno" }, { lastno: number });
        const ordno = `R${number}`;
        await erp.insert("ordhdr", { ...blank, ...row, ordno, chgts: timestamp(now) });
        let linno = 0;
        for (const line of rows["lines"] ?? []) await erp.insert("ordlin", { ...line, ordno, linno: ++linno });
        return ordno;
      },
      amend: update({ also: ({ now }) => ({ chgts: timestamp(now) }) }),
      cancel: async (erp, _input, { key }) => {
        const changed = await erp.update("ordhdr", { ordno: String(key["ordno"]), status: "10" }, { status: "90" });
        if (changed === 0) erp.refuse("already-cancelled");
      },
      remove: async (erp, _input, { key }) => {
        const ordno = String(key["ordno"]);
        await erp.delete("ordlin", { ordno });
        await erp.delete("ordhdr", { ordno });
      },
    },
    refusals: [
      { code: "credit-limit-exceeded", sqlstate: "ME005" },
      { code: "credit-limit-exceeded", sqlstate: "45000", message: /CREDIT/ },
    ],
  });
}

const blank = { status: "10", refno: "", reqdt: "", city: "", street: "", prio: 5, carrier: "DHL", note: "", weight: 0 } as const;

function timestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

export function shopGateway(dialect: ShopDialect) {
  const shop = defineSource<Shop>({ name: "shop", dialect });
  return defineGateway({
    title: "Shop",
    summary: "A shop.",
    version: "2026-11-01",
    resources: [
      bindOrders(shop),
      shop.bind(products, { table: "item", key: "itmno", account: everyone, fields: { title: text("title") } }),
      shop.bind(customers, { table: "customer", key: "cusno", account: "cusno", fields: { city: text("city") } }),
    ],
  });
}

const everyone = sharedWithEveryPartner("a catalogue");

/** The tables, and rows for partners with the accounts C1 to C4. An order of more than a thousand pieces exceeds every limit. */
const tables = {
  postgres: `
    CREATE TABLE ordhdr (ordno CHAR(10) PRIMARY KEY, cusno CHAR(8) NOT NULL, status CHAR(2) NOT NULL, refno VARCHAR(20) NOT NULL,
      reqdt VARCHAR(10) NOT NULL, city VARCHAR(30) NOT NULL, street VARCHAR(30) NOT NULL, prio SMALLINT NOT NULL, carrier VARCHAR(10) NOT NULL,
      note VARCHAR(40) NOT NULL, weight INTEGER NOT NULL, chgts TIMESTAMP NOT NULL);
    CREATE INDEX ON ordhdr (cusno, ordno);
    CREATE TABLE ordlin (ordno CHAR(10) NOT NULL, linno INTEGER NOT NULL, itmno VARCHAR(15) NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (ordno, linno));
    CREATE TABLE item (itmno VARCHAR(15) PRIMARY KEY, title VARCHAR(40) NOT NULL);
    CREATE TABLE customer (cusno CHAR(8) PRIMARY KEY, city VARCHAR(30) NOT NULL);
    CREATE TABLE numrng (rng VARCHAR(6) PRIMARY KEY, lastno INTEGER NOT NULL);
    CREATE FUNCTION check_credit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.qty > 1000 THEN RAISE EXCEPTION 'CREDIT LIMIT' USING ERRCODE = 'ME005'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER credit BEFORE INSERT ON ordlin FOR EACH ROW EXECUTE FUNCTION check_credit();`,
  mariadb: `
    CREATE TABLE ordhdr (ordno CHAR(10) PRIMARY KEY, cusno CHAR(8) NOT NULL, status CHAR(2) NOT NULL, refno VARCHAR(20) NOT NULL,
      reqdt VARCHAR(10) NOT NULL, city VARCHAR(30) NOT NULL, street VARCHAR(30) NOT NULL, prio SMALLINT NOT NULL, carrier VARCHAR(10) NOT NULL,
      note VARCHAR(40) NOT NULL, weight INTEGER NOT NULL, chgts DATETIME NOT NULL, KEY (cusno, ordno)) CHARACTER SET latin1;
    CREATE TABLE ordlin (ordno CHAR(10) NOT NULL, linno INTEGER NOT NULL, itmno VARCHAR(15) NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (ordno, linno)) CHARACTER SET latin1;
    CREATE TABLE item (itmno VARCHAR(15) PRIMARY KEY, title VARCHAR(40) NOT NULL) CHARACTER SET latin1;
    CREATE TABLE customer (cusno CHAR(8) PRIMARY KEY, city VARCHAR(30) NOT NULL) CHARACTER SET latin1;
    CREATE TABLE numrng (rng VARCHAR(6) PRIMARY KEY, lastno INTEGER NOT NULL) CHARACTER SET latin1;
    CREATE TRIGGER credit BEFORE INSERT ON ordlin FOR EACH ROW BEGIN
      IF NEW.qty > 1000 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'CREDIT LIMIT'; END IF; END;`,
} as const;

const rows = `
  INSERT INTO item VALUES ('A', 'Anvil'), ('B', 'Bolt');
  INSERT INTO customer VALUES ('C1', 'Bonn'), ('C2', 'Bern'), ('C3', 'Brno'), ('C4', 'Bari');
  INSERT INTO numrng VALUES ('ordno', 1000);`;

/** Creates the shop in an empty database. */
export function shopTables(dialect: ShopDialect): string {
  return `${tables[dialect]}\n${rows}`;
}
