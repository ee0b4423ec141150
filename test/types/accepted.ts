/** A correct project that uses every part of the language: the compiler has nothing to refuse. */
import {
  added,
  anyOf,
  bit,
  bits,
  byGroup,
  code,
  computed,
  constant,
  custom,
  date,
  dateTime,
  decimal,
  defineChange,
  defineContract,
  defineGateway,
  expression,
  flag,
  fromRows,
  group,
  integer,
  julianDate,
  lines,
  lookup,
  money,
  movedInto,
  ref,
  refInText,
  refOneOf,
  removed,
  renamed,
  sharedOrOwn,
  sharedWithEveryPartner,
  sql,
  sum,
  text,
  wire,
  z,
} from "sluice";
import { base, erp, id, Line } from "./erp.ts";

const shipToBecameAnObject = defineChange({ version: "2026-05-01", title: "t", why: "w", migrate: "m", operations: [movedInto("city", "ship_to.city")] });
const placedOnWasRenamed = defineChange({ version: "2026-03-01", title: "t", why: "w", migrate: "m", operations: [renamed("ordered_on", "placed_on")] });
const orderedOnWasAdded = defineChange({ version: "2026-01-01", title: "t", why: "w", migrate: "m", operations: [added("ordered_on"), removed("fax")] });

const Order = z.object({
  id,
  reference: z.string().nullable(),
  picture: z.string(),
  title: z.string().nullable(),
  note: z.string().nullable(),
  status: z.enum(["open", "shipped", "cancelled"]),
  rush: z.boolean(),
  urgent: z.boolean(),
  handling: z.array(z.enum(["hazardous", "fragile"])),
  placed_on: wire.date(),
  placed_at: wire.dateTime(),
  shipped_on: wire.date().nullable(),
  due_on: wire.date().nullable(),
  total: wire.money(),
  in_euro: wire.money(),
  weight: wire.decimal(),
  quantity: wire.decimal().nullable(),
  count: z.int(),
  ship_to: z.object({ name: z.string(), city: z.string() }),
  customer_id: wire.id(),
  parent: z.object({ type: z.string(), id: wire.id() }).nullable(),
  origin: z.object({ type: z.string(), id: wire.id() }).nullable(),
  channel: z.literal("erp"),
  length: z.int(),
  number: z.string(),
  lines: z.array(Line),
});

export const orders = defineContract({
  ...base,
  name: "orders",
  model: Order,
  reads: {
    list: {
      scope: "orders:read",
      filter: [
        "id",
        "status",
        "reference",
        "rush",
        "placed_on",
        "placed_at",
        "customer_id",
        "total.amount",
        "total.currency",
        "ship_to.city",
        "weight",
        "count",
        "number",
      ],
      sort: ["id", "reference", "placed_on", "placed_at", "total.amount", "ship_to.city", "weight", "count", "number"],
      expand: ["lines", "handling"],
    },
    get: { scope: "orders:read" },
  },
  commands: {
    place: { scope: "orders:write", input: z.object({ reference: z.string(), priority: z.int() }) },
    cancel: { scope: "orders:write", on: "one" },
  },
  owner: { reference: "partner", status: "erp" },
  conflict: { reference: "reject" },
  hide: { total: "orders.total:read" },
  events: (on) => ({
    "order.placed": on.created(),
    "order.removed": on.deleted(),
    "order.shipped": on.changed("status", { to: "shipped" }),
    "order.moved": on.changed("ship_to.city"),
  }),
  changes: [shipToBecameAnObject, placedOnWasRenamed, orderedOnWasAdded],
});

const rank = expression(["ORDST", "RUSH"], ["R", "10", "50"], (c) => sql`CASE WHEN ${c.RUSH} THEN 'R' ELSE ${c.ORDST} END`);

export const ordersInErp = erp.bind(orders, {
  table: "OEHDR",
  joins: { item: { table: "TMPL", on: { TMPLNO: "TEMPLATE" }, optional: true }, owner: { table: "TMPL", on: { TMPLNO: "item.TMPLNO" }, optional: true } },
  key: ["CUSNO", "ORDNO"],
  account: anyOf("CUSNO", "item.OWNER", byGroup("SHCTY", "association")),
  where: { ORDST: { not: ["10", "90"] }, CURCD: ["EUR", "USD"], "item.OWNER": { not: null } },
  only: [expression(["RUSH", "item.TITLE"], "boolean", (c) => sql`(${c.RUSH} OR ${c["item.TITLE"]} = 'x')`)],
  fields: {
    reference: text("SHNAM", { pad: 20, nullWhen: [""] }),
    picture: text("PICTURE", { encoding: "latin1" }),
    title: text("item.TITLE"),
    note: text(lookup("TEXTS", { ORDNO: "ORDNO" }, "TXT", { where: { LANG: "E" } })),
    status: code(rank, { R: "open", "10": "open", "50": "shipped" }),
    rush: flag("RUSH"),
    urgent: flag(bit("ORDTOT", 4)),
    handling: bits("ORDTOT", { 1: "hazardous", 4: "fragile" }, { whenWritten: "clear-unnamed" }),
    placed_on: date("ORDDT"),
    placed_at: dateTime("ORDDT", "ORDTOT", { zone: "Europe/Berlin" }),
    shipped_on: date("SHIPDT"),
    due_on: julianDate("ORDDT", { nullWhen: [0] }),
    total: money("ORDTOT", "CURCD", { scale: 2 }),
    in_euro: money(sum("integer", "ORDTOT", "-ORDDT"), { currency: "EUR" }, { scale: 2 }),
    weight: decimal("ORDTOT", { scale: 3 }),
    quantity: decimal(
      fromRows("OELIN", { ORDNO: "ORDNO" }, ["QTYOR"], "integer", (c) => sql`SUM(${c.QTYOR})`, { where: { LINNO: 10 } }),
      { scale: 3 },
    ),
    count: integer("ORDTOT"),
    ship_to: group({ name: text("SHNAM"), city: text("SHCTY") }),
    customer_id: ref("customers", "CUSNO"),
    parent: refOneOf("CURCD", { O: ref("orders", ["CUSNO", "ORDNO"]), T: ref("templates", "TEMPLATE") }),
    origin: refInText("SHNAM", { "sale.line": "orders" }, { separator: "," }),
    channel: constant("erp"),
    length: computed(["SHNAM"], ({ SHNAM }) => String(SHNAM).length),
    number: custom({
      columns: ["ORDNO"],
      read: ({ ORDNO }) => `N${String(ORDNO)}`,
      write: (value) => (value.startsWith("N") ? { ORDNO: value.slice(1) } : "Begins with N."),
      inverse: { equal: (value) => [[value.slice(1)]], range: (operator, value) => ({ operator, values: [value.slice(1)] }) },
    }),
    lines: lines(
      "OELIN",
      { ORDNO: "ORDNO" },
      { sku: text("ITMNO"), quantity: decimal("QTYOR", { scale: 3 }) },
      { sort: ["LINNO"], where: { ITMNO: { not: "" } }, alsoIn: ["OELIN"] },
    ),
  },
  commands: {
    place: async (tables, input, { caller }) => {
      const ORDNO = `${caller.partner}${input.reference}${input.priority}`;
      await tables.insert("OEARC", { ORDNO });
      return ORDNO;
    },
    cancel: async (tables, _input, { id }) => void (await tables.call("OE_CANCEL", [id])),
  },
});

const templates = defineContract({ ...base, name: "templates", model: z.object({ id, title: z.string() }), reads: { get: { scope: "templates:read" } } });
const customers = defineContract({ ...base, name: "customers", model: z.object({ id }), reads: { get: { scope: "customers:read" } } });

export const gateway = defineGateway({
  title: "t",
  summary: "s",
  version: "2026-05-01",
  resources: [
    erp.bind(templates, { table: "TMPL", key: "TMPLNO", account: sharedOrOwn("OWNER", ["", null]), fields: { title: text("TITLE") } }),
    erp.bind(customers, { table: "OEHDR", key: "CUSNO", account: sharedWithEveryPartner("a directory"), fields: {} }),
  ],
});
