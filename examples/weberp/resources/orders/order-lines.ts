/** How webERP makes the lines of an order: which products can stand on one, at what price and discount. */

import { sql } from "sluice";
import { type Terms, today, type WebErp } from "./terms.ts";

/** A line as it is asked for. */
export interface AskedLine {
  readonly stkcode: string;
  readonly quantity: number;
  readonly itemdue?: string;
  readonly poline?: string;
}

/** Adds lines to an order, numbered from `first` on. A kit is sold as the items it consists of. */
export async function addLines(erp: WebErp, orderno: number, first: number, asked: readonly AskedLine[], terms: Terms, now: Date): Promise<void> {
  if (asked.length === 0) return;
  const { settings } = terms;
  const lines = await withoutKits(erp, asked, now);
  const items = await itemsOf(erp, lines, terms, now);
  const seen = new Set<string>();
  for (const [index, { stkcode, quantity, itemdue, poline }] of lines.entries()) {
    const item = items.get(stkcode.toUpperCase());
    if (item?.discontinued) erp.refuse("product-discontinued");
    if (item === undefined || !item.sold) return erp.refuse("product-not-sold");
    if (item.price === undefined) return erp.refuse("price-missing");
    if (settings.SO_AllowSameItemMultipleTimes === "0" && seen.has(item.code)) erp.refuse("product-repeated");
    seen.add(item.code);
    await erp.insert("salesorderdetails", {
      ...{ orderno, orderlineno: first + index, stkcode: item.code, quantity, unitprice: item.price, discountpercent: 0, narrative: "" },
      ...{ poline: poline ?? "0", itemdue: itemdue ?? today(now) },
    });
  }
}

async function withoutKits(erp: WebErp, asked: readonly AskedLine[], now: Date): Promise<readonly AskedLine[]> {
  const parts = await erp.query(sql`
    SELECT UPPER(b.parent), b.component, b.quantity FROM bom b JOIN stockmaster s ON s.stockid = b.parent
    WHERE s.mbflag = 'K' AND b.parent IN ${asked.map(({ stkcode }) => stkcode)} AND b.effectiveto > ${today(now)} AND b.effectiveafter < ${today(now)}`);
  return asked.flatMap((line) => {
    const own = parts.filter(([kit]) => kit === line.stkcode.toUpperCase());
    return own.length === 0 ? [line] : own.map(([, part, each]) => ({ ...line, stkcode: String(part), quantity: line.quantity * Number(each) }));
  });
}

/** Prices go from the branch's own over the customer's own to the list's, and to the company's default list; those that end go before those that do not. */
async function itemsOf(erp: WebErp, lines: readonly AskedLine[], terms: Terms, now: Date) {
  const { debtorno, branchcode, currency, priceList, location, settings } = terms;
  const day = today(now);
  const rows = await erp.query(sql`
    SELECT s.stockid, s.discontinued, s.mbflag, s.materialcost + s.labourcost + s.overheadcost, l.loccode, (
      SELECT p.price FROM prices p
      WHERE p.stockid = s.stockid AND p.currabrev = ${currency} AND p.startdate <= ${day} AND (p.enddate >= ${day} OR p.enddate = '0000-00-00')
        AND ((p.debtorno = ${debtorno} AND p.branchcode IN (${branchcode}, '') AND p.typeabbrev = ${priceList})
          OR (p.debtorno = '' AND p.typeabbrev IN (${priceList}, ${settings.DefaultPriceList ?? priceList})))
      ORDER BY p.debtorno = '', p.branchcode = '', p.typeabbrev <> ${priceList}, p.enddate = '0000-00-00', p.startdate DESC LIMIT 1)
    FROM stockmaster s LEFT JOIN locstock l ON l.stockid = s.stockid AND l.loccode = ${location}
    WHERE s.stockid IN ${lines.map(({ stkcode }) => stkcode)}`);
  return new Map(
    rows.map(([code, discontinued, kind, cost, stockedAt, price]) => {
      const needsCost = settings.AllowSalesOfZeroCostItems === "0" && (kind === "B" || kind === "M");
      // A phantom exists on paper alone, a kit only as its parts.
      const sold = stockedAt !== null && kind !== "G" && kind !== "K" && (!needsCost || Number(cost) > 0);
      const item = { code: String(code), discontinued: discontinued !== 0, sold, price: price === null ? undefined : Number(price) };
      return [item.code.toUpperCase(), item];
    }),
  );
}

/** Quantities of all lines of a discount category count together; as in webERP, no line loses a discount by it. */
export async function applyDiscounts(erp: WebErp, orderno: number, priceList: string): Promise<void> {
  const rows = await erp.query(sql`
    SELECT l.orderlineno, MAX(m.discountrate) FROM salesorderdetails l
    JOIN stockmaster s ON s.stockid = l.stkcode
    JOIN discountmatrix m ON m.discountcategory = s.discountcategory AND m.salestype = ${priceList} AND m.quantitybreak <= (
      SELECT SUM(l2.quantity) FROM salesorderdetails l2 JOIN stockmaster s2 ON s2.stockid = l2.stkcode
      WHERE l2.orderno = l.orderno AND l2.completed = 0 AND s2.discountcategory = s.discountcategory)
    WHERE l.orderno = ${orderno} AND l.completed = 0 AND s.discountcategory <> ''
    GROUP BY l.orderlineno`);
  for (const [orderlineno, rate] of rows) {
    if (Number(rate) !== 0) await erp.update("salesorderdetails", { orderno, orderlineno: Number(orderlineno) }, { discountpercent: Number(rate) });
  }
}
