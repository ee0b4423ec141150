/** How webERP places, amends and cancels an order: what its programs SelectOrderItems and DeliveryDetails write. */

import { type ColumnValues, type Given, sql } from "sluice";
import { documentType } from "../../erp/source.ts";
import type { WebErpTables } from "../../erp/tables.ts";
import { type AskedLine, addLines, applyDiscounts } from "./order-lines.ts";
import { checkCredit, earliestDispatch, type Terms, termsOf, today, type WebErp } from "./terms.ts";

type Header = Partial<WebErpTables["salesorders"]>;
type Order = Pick<WebErpTables["salesorders"], "orderno">;

export async function place(erp: WebErp, _order: unknown, { columns: { row, rows }, now }: Given<Header, unknown>): Promise<number> {
  const terms = await termsOf(erp, row.debtorno ?? "", row.branchcode ?? "");
  const { branch, priceList, location, settings } = terms;
  const dispatch = earliestDispatch(now, settings);
  const orderno = await nextNumber(erp);
  await erp.insert("salesorders", {
    orderno,
    ...{ orddate: today(now), deliverydate: dispatch, quotedate: dispatch, confirmeddate: dispatch },
    ...{ ordertype: priceList, quotation: 0, freightcost: 0, customerref: "", comments: new Uint8Array() },
    ...{ shipvia: branch.defaultshipvia, fromstkloc: location, deliverblind: branch.deliverblind, salesperson: branch.salesman },
    // Branches have room for more than orders have; webERP cuts it off.
    ...{ contactphone: branch.phoneno, contactemail: cut(branch.email, 40), deliverto: branch.brname },
    ...{ deladd1: branch.braddress1, deladd2: branch.braddress2, deladd3: branch.braddress3 },
    ...{ deladd4: cut(branch.braddress4, 40), deladd5: branch.braddress5, deladd6: cut(branch.braddress6, 15) },
    ...row,
  });
  await addLines(erp, orderno, 0, asked(rows["lines"]), terms, now);
  await settle(erp, orderno, terms);
  return orderno;
}

export async function amend(erp: WebErp, _changes: unknown, { key, columns: { row, rows }, now }: Given<Header, Order>) {
  const { lines, next } = await changeable(erp, key);
  await erp.update("salesorders", key, row);
  const given = rows["lines"];
  if (given === undefined) return;
  for (const { orderlineno, ...changes } of given) {
    if (orderlineno !== undefined) await changeLine(erp, { ...key, orderlineno: Number(orderlineno) }, lines.get(Number(orderlineno)), changes);
  }
  const order = await erp.find("salesorders", key, ["debtorno", "branchcode", "ordertype", "fromstkloc"]);
  if (order === undefined) throw new Error(`order ${key.orderno} has gone`);
  const terms = { ...(await termsOf(erp, order.debtorno, order.branchcode)), priceList: order.ordertype, location: order.fromstkloc };
  await addLines(erp, key.orderno, next, asked(given.filter(({ orderlineno }) => orderlineno === undefined)), terms, now);
  if ((await linesOf(erp, key.orderno)).size === 0) erp.refuse("no-lines");
  await settle(erp, key.orderno, terms);
}

/** webERP keeps nothing of an order that is cancelled. */
export async function cancel(erp: WebErp, _nothing: unknown, { key }: Given<Header, Order>) {
  const { lines } = await changeable(erp, key);
  if ([...lines.values()].some(({ invoiced }) => invoiced !== 0)) erp.refuse("already-invoiced");
  await erp.delete("salesorderdetails", key);
  await erp.delete("salesorders", key);
}

/** What depends on all lines together. */
async function settle(erp: WebErp, orderno: number, terms: Terms): Promise<void> {
  await applyDiscounts(erp, orderno, terms.priceList);
  await checkCredit(erp, terms);
}

/** Numbers have no gaps: the range stays locked, so that orders are entered one after the other. */
async function nextNumber(erp: WebErp): Promise<number> {
  const key = { typeid: documentType.order };
  const range = await erp.find("systypes", key, ["typeno"], { lock: true });
  if (range === undefined) throw new Error("there is no number range for orders");
  await erp.update("systypes", key, { typeno: range.typeno + 1 });
  return range.typeno + 1;
}

interface Line {
  readonly invoiced: number;
  readonly completed: boolean;
}

/** The lines of an order that may be worked on, and the number that the next one has. */
async function changeable(erp: WebErp, key: Order): Promise<{ readonly lines: ReadonlyMap<number, Line>; readonly next: number }> {
  const order = await erp.find("salesorders", key, ["printedpackingslip"]);
  const lines = await linesOf(erp, key.orderno);
  if (lines.size > 0 && [...lines.values()].every(({ completed }) => completed)) erp.refuse("order-completed");
  if (order?.printedpackingslip !== 0) erp.refuse("order-in-picking");
  return { lines, next: Math.max(-1, ...lines.keys()) + 1 };
}

async function linesOf(erp: WebErp, orderno: number): Promise<ReadonlyMap<number, Line>> {
  const rows = await erp.query(sql`SELECT orderlineno, qtyinvoiced, completed FROM salesorderdetails WHERE orderno = ${orderno}`);
  return new Map(rows.map(([number, invoiced, completed]) => [Number(number), { invoiced: Number(invoiced), completed: Number(completed) !== 0 }]));
}

/** What has been invoiced stays: a line is done with when there is no more to it. */
async function changeLine(erp: WebErp, key: Order & { readonly orderlineno: number }, line: Line | undefined, changes: ColumnValues): Promise<void> {
  if (line === undefined || line.completed) return erp.refuse("line-not-found");
  const quantity = changes["quantity"] === undefined ? undefined : Number(changes["quantity"]);
  if (quantity === 0 && line.invoiced === 0) await erp.delete("salesorderdetails", key);
  else if (quantity === 0) await erp.update("salesorderdetails", key, { quantity: line.invoiced, completed: 1 });
  else if (quantity !== undefined && quantity < line.invoiced) erp.refuse("already-invoiced");
  else await erp.update("salesorderdetails", key, { ...changes, completed: quantity === line.invoiced ? 1 : 0 });
}

function asked(rows: readonly ColumnValues[] = []): readonly AskedLine[] {
  return rows.map(({ stkcode, quantity, itemdue, poline }) => ({
    stkcode: String(stkcode),
    quantity: Number(quantity),
    ...(itemdue !== undefined && { itemdue: String(itemdue) }),
    ...(poline !== undefined && { poline: String(poline) }),
  }));
}

function cut(text: string, length: number): string {
  return [...text].slice(0, length).join("");
}
