/** The shop as an ERP that takes none of the gateway's tables: orders are placed, and known again by their reference. */
import { code, defineContract, defineGateway, defineSource, integer, lines, ref, sharedWithEveryPartner, sql, text, wire, z } from "sluice";
import type { Shop, ShopDialect } from "./shop.ts";

const PlaceOrder = z.object({
  customer_id: wire.id(),
  /** Optional, as it may be where the ERP keeps receipts. */
  reference: z.string().max(200).optional(),
  note: z.string().max(200).optional(),
  lines: z.array(z.object({ product_id: wire.id(), quantity: z.int().min(1) })).min(1),
});

const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "shop",
  summary: "Orders.",
  model: z.object({
    id: wire.id(),
    status: z.enum(["entered", "cancelled"]),
    customer_id: wire.id(),
    reference: z.string().nullable(),
    note: z.string(),
    margin: z.int(),
    lines: z.array(z.object({ line_no: z.int(), product_id: wire.id(), quantity: z.int() })),
  }),
  reads: { list: { scope: "orders:read", filter: ["reference"], sort: ["id"] }, get: { scope: "orders:read" } },
  commands: {
    place: { scope: "orders:write", input: PlaceOrder, example: { customer_id: "C1", reference: "PO 1", lines: [{ product_id: "A", quantity: 1 }] } },
  },
  batch: true,
  owner: { customer_id: "erp", reference: "partner", note: "shared", lines: "erp" },
  hide: { margin: "orders.margin:read" },
  refusals: { "credit-limit-exceeded": "The order exceeds the credit limit." },
});

const named = (name: "products" | "customers", singular: string) =>
  defineContract({
    name,
    singular,
    team: "shop",
    summary: "Names.",
    model: z.object({ id: wire.id(), title: z.string() }),
    reads: { list: { scope: `${name}:read`, sort: ["id"] }, get: { scope: `${name}:read` } },
  });

export const bareScopes = ["orders:read", "orders:write", "orders.margin:read"];

/** A statement is bounded by 1.4 seconds, so that nothing of a write can be underway after 5.6. */
export const shortLimits = { SOURCE_CONNECT_TIMEOUT_MS: "100", SOURCE_TIMEOUT_MS: "300" };
export const overAfterMs = 5_600;

/** `note` of an order that the ERP files without its reference, as a faulty routine would. */
export const losesReference = "loses its reference";

export function bareShopGateway(dialect: ShopDialect) {
  const shop = defineSource<Shop>({ name: "shop", dialect, footprint: "none" });
  return defineGateway({
    title: "Shop",
    summary: "A shop.",
    version: "2026-11-01",
    resources: [
      shop.bind(orders, {
        table: "ordhdr",
        key: "ordno",
        account: "cusno",
        naturalKey: "reference",
        fields: {
          status: code("status", { "10": "entered", "90": "cancelled" }),
          customer_id: ref("customers", "cusno"),
          reference: text("refno", { nullWhen: [""] }),
          note: text("note"),
          margin: integer("prio"),
          lines: lines(
            "ordlin",
            { ordno: "ordno" },
            { line_no: integer("linno"), product_id: ref("products", "itmno"), quantity: integer("qty") },
            { sort: ["linno"] },
          ),
        },
        commands: {
          place: async (erp, { note }, { columns: { row, rows } }) => {
            const [range] = await erp.query(sql`SELECT lastno FROM numrng WHERE rng = 'ordno' FOR UPDATE`);
            const number = Number(range?.[0]) + 1;
            await erp.update("numrng", { rng: "ordno" }, { lastno: number });
            const ordno = `R${number}`;
            await erp.insert("ordhdr", { ...blank, ...row, ordno, ...(note === losesReference && { refno: "" }) });
            let linno = 0;
            for (const line of rows["lines"] ?? []) await erp.insert("ordlin", { ...line, ordno, linno: ++linno });
            return ordno;
          },
        },
        refusals: [
          { code: "credit-limit-exceeded", sqlstate: "ME005" },
          { code: "credit-limit-exceeded", sqlstate: "45000", message: /CREDIT/ },
        ],
      }),
      shop.bind(named("products", "product"), {
        table: "item",
        key: "itmno",
        account: sharedWithEveryPartner("a catalogue"),
        fields: { title: text("title") },
      }),
      shop.bind(named("customers", "customer"), { table: "customer", key: "cusno", account: "cusno", fields: { title: text("city") } }),
    ],
  });
}

const blank = {
  status: "10",
  refno: "",
  reqdt: "",
  city: "",
  street: "",
  prio: 5,
  carrier: "DHL",
  note: "",
  weight: 0,
  chgts: "2026-11-24 12:00:00",
} as const;
