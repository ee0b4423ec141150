/** What webERP settles before it takes an order: who may order, on what terms, and when goods can leave. */

import { type ErpTransaction, sql, wallClock } from "sluice";
import { zone } from "../../erp/source.ts";
import type { WebErpTables } from "../../erp/tables.ts";

export type WebErp = ErpTransaction<WebErpTables>;

const names = [
  "AllowSalesOfZeroCostItems",
  "CheckCreditLimits",
  "DefaultPriceList",
  "DispatchCutOffTime",
  "SO_AllowSameItemMultipleTimes",
  "WorkingDaysWeek",
] as const;

/** The company's settings, by their names. */
export type Settings = Readonly<Partial<Record<(typeof names)[number], string>>>;

async function settingsOf(erp: WebErp): Promise<Settings> {
  const rows = await erp.query(sql`SELECT confname, confvalue FROM config WHERE confname IN ${names}`);
  return Object.fromEntries(rows.map(([name, value]) => [String(name), String(value)]));
}

/** Of the branch that an order is for. */
export const branchColumns = [
  ...(["brname", "braddress1", "braddress2", "braddress3", "braddress4", "braddress5", "braddress6", "phoneno", "email", "salesman"] as const),
  ...(["defaultlocation", "defaultshipvia", "deliverblind", "disabletrans"] as const),
] as const;

/** What an order is entered by. */
export interface Terms {
  readonly debtorno: string;
  readonly branchcode: string;
  readonly branch: Pick<WebErpTables["custbranch"], (typeof branchColumns)[number]>;
  readonly currency: string;
  readonly priceList: string;
  /** The warehouse that goods come from. */
  readonly location: string;
  readonly settings: Settings;
}

/** The terms of a customer's branch; refuses where webERP would not let an order be entered. */
export async function termsOf(erp: WebErp, debtorno: string, branchcode: string): Promise<Terms> {
  const customer = await erp.find("debtorsmaster", { debtorno }, ["salestype", "currcode", "holdreason"]);
  const branch = await erp.find("custbranch", { debtorno, branchcode }, branchColumns);
  if (customer === undefined || branch === undefined) return erp.refuse("branch-unknown");
  if (branch.disabletrans !== 0) erp.refuse("branch-closed");
  // 1 stops orders; 2 only asks for an eye to be kept on the account.
  const hold = await erp.find("holdreasons", { reasoncode: customer.holdreason }, ["dissallowinvoices"]);
  if (hold?.dissallowinvoices === 1) erp.refuse("account-on-hold");
  const settings = await settingsOf(erp);
  return { debtorno, branchcode, branch, currency: customer.currcode, priceList: customer.salestype, location: branch.defaultlocation, settings };
}

/** Where the company forbids it, no order may bring the account to its limit: debts, and orders not yet invoiced. */
export async function checkCredit(erp: WebErp, { debtorno, settings }: Terms): Promise<void> {
  if (settings.CheckCreditLimits !== "2") return;
  const [[available] = []] = await erp.query(sql`
    SELECT d.creditlimit
      - COALESCE((SELECT SUM(t.ovamount + t.ovgst + t.ovfreight + t.ovdiscount - t.alloc) FROM debtortrans t WHERE t.debtorno = d.debtorno), 0)
      - COALESCE((SELECT SUM(l.unitprice * (l.quantity - l.qtyinvoiced) * (1 - l.discountpercent)) FROM salesorders o
          JOIN salesorderdetails l ON l.orderno = o.orderno WHERE o.debtorno = d.debtorno AND o.quotation = 0 AND l.completed = 0), 0)
    FROM debtorsmaster d WHERE d.debtorno = ${debtorno}`);
  if (Number(available) <= 0) erp.refuse("credit-limit-exceeded");
}

/** Today in the office. */
export function today(now: Date): string {
  return wallClock(now, zone).date;
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Tomorrow after the hour when the last goods leave, and never on a day off. */
export function earliestDispatch(now: Date, { DispatchCutOffTime = "24", WorkingDaysWeek = "7" }: Settings): string {
  const { date, time } = wallClock(now, zone);
  const day = daysAfter(date, Number(time.slice(0, 2)) >= Number(DispatchCutOffTime) ? 1 : 0);
  const weekday = new Date(day).getUTCDay();
  if (weekday === 0 && WorkingDaysWeek !== "7") return daysAfter(day, 1);
  return weekday === 6 && WorkingDaysWeek !== "7" && WorkingDaysWeek !== "6" ? daysAfter(day, 2) : day;
}
