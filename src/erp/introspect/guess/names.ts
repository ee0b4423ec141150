/** What a column's name says. ERPs abbreviate: `ORDDT`, `orddate` and `order_date` all name a date. */

import { segment } from "./name-pieces.ts";

/** Endings that make a name another thing than its beginning says: `VATCD` is no amount, `ORDNO` no order. */
const isIdentifier = /(?:no|nr|num|nbr|number|(?<!pa|val|gr|vo)id|key|uuid|guid)\d?$/i;
const codeEnding = /(?:codes?|sts|stat|status|state|typ|type|kind|class|mode|method|meth|mth|src|source|flag|flg|category|lang|func|reason|_cd|_st|_ty|_cat)$/i;
/** Two letters mean something at the end of an abbreviation only: `ORDST` and `ordst` are statuses, `cost` is none. */
function endsInCode(name: string): boolean {
  if (/[A-Z0-9](?:CD|ST|TY|CAT)$/.test(name) || /[a-z0-9]cd$/.test(name)) return true;
  const last = segment(name)?.at(-1);
  return last === "st" || last === "ty";
}
const isCodeLike = { test: (name: string): boolean => codeEnding.test(name) || endsInCode(name) };

export const nameHints = {
  identifier: (name: string): boolean => isIdentifier.test(name),
  code: (name: string): boolean => isCodeLike.test(name),
  /** Of numbers: a status and a type are codes, a priority and a level are numbers. */
  numberedCode: (name: string): boolean => /(?:code|stat|status|state|typ|type|kind|class|mode|method|reason)$/i.test(name) || endsInCode(name),
  date: (name: string): boolean =>
    /(?:^|_)(?:date|datum|dat|dt|day|fecha|on|since|until|from|to|at)(?:_|$)/i.test(name) ||
    /(?:dt|dat|dte|date|jd|jul)\d?$/i.test(name) ||
    /(?:DJ)$/.test(name) ||
    /(?:date|datum|due|since)(?:\d|time|alloc|printed|created|changed|update)?$/i.test(name) ||
    /^(?:VAL|VLD|GUELT|DATBI|DATAB)(?:FR|FROM|TO|UNTIL|VON|BIS)?$/i.test(name) ||
    /^date/i.test(name) ||
    /[a-z](?:Date|On|At)$/.test(name),
  time: (name: string): boolean => /(?:tm|tim|time|uhr|zeit|hhmm(?:ss)?)$/i.test(name) || /(?:^|_)(?:time|tm|uhrzeit|zeit)$/i.test(name) || /time$/i.test(name),
  amount: (name: string): boolean =>
    !isIdentifier.test(name) &&
    !isCodeLike.test(name) &&
    !nameHints.percent(name) &&
    !nameHints.quantity(name) &&
    /(?:amt|amount|betrag|tot|total|net|netto|gross|brutto|vat|tax|gst|price|preis|prc|pr|cost|freight|frt|limit|lim|balance|bal|paid|charge|fee|credit|debit|salary|discount|alloc|value|subtotal|netwr)\d?$/i.test(
      name,
    ),
  quantity: (name: string): boolean =>
    !isIdentifier.test(name) &&
    !isCodeLike.test(name) &&
    (/^(?:qty|quant|menge|min_?qt|max_?qt)/i.test(name) ||
      /(?:qty|qt|quantity|menge|_units|onhand|qoh|invoiced|fc|factor|volume|kgs|weight|level|eoq)\d?$/i.test(name)),
  weight: (name: string): boolean => /(?:weight|wgt|gewicht|ntgew|brgew|kgs)/i.test(name) && !isIdentifier.test(name),
  percent: (name: string): boolean => /(?:percent|percentage|pct|pc|prozent|taxrate|vatrate|discountpercent)$/i.test(name) || /^(?:disc|discount)$/i.test(name),
  rate: (name: string): boolean => /(?:rate|kurs|exch|wkurs)$/i.test(name),
  flag: (name: string): boolean =>
    /(?:flg|flag|_yn|ind|kz)$/i.test(name) ||
    /^(?:is|has|can|show|hide|allow|printed|disable|enable)_?[a-z]/.test(name) ||
    /(?:active|enabled|disabled|inactive|blocked|locked|completed|printed|settled|closed|sent|discontinued|deleted|controlled|serialised|perishable|cancelled|canceled|approved|poplaced|quotation)$/i.test(
      name,
    ),
  deleted: (name: string): boolean =>
    /^(?:del|deleted|is_?deleted|delflg|delflag|loevm|lvorm|lkz|deleted_?(?:at|on|flag)|dlt\w*|soft_?delete\w*)$/i.test(name) ||
    /(?:DELFLG|DELFL|DELIND|DELKZ)$/i.test(name),
  bits: (name: string): boolean => /(?:bit|bits|mask|bitmap)$/i.test(name),
  currency: (name: string): boolean =>
    /(?:^|_)(?:cur|curr|currency|ccy|waers|waehrung)/i.test(name) || /^(?:CURCD|CURR?|WAERS|CCY)\w{0,3}$/i.test(name) || /^curr/i.test(name),
  customer: (name: string): boolean =>
    /(?:^|_)(?:cus|cust|customer|client|debtor|kun|kunde|dealer|partner|buyer|bp|account|acct|sold_?to|ship_?to|bill_?to|payer)(?:_|no|nr|num|id|number|code|$)/i.test(
      name,
    ) || /^(?:CUSNO|CUSTNO|KUNNR|KUNAG|KUNWE|KUNRG|BILTO|SOLDTO|SHIPTO|SHPTO|PAYTO|AN8|ABAN8|DEBTORNO|CARDCODE)$/i.test(name),
  /** Tables that hold the customers themselves. */
  customerTable: (name: string, comment: string): boolean =>
    /^(?:customers?|customer master|debtors?|clients?|business partners?|kunden(?:stamm)?)$/i.test(comment.trim()) ||
    /^(?:customers?|cusmas|custmast|debtors?|debtorsmaster|kna1|clients?|f0301|ocrd|business_?partners?|res_partner|cus|cust)$/i.test(name),
  company: (name: string): boolean =>
    /^(?:compny|company|company_?(?:id|no|code)|comp|co|cono|cocd|cmpno|cmpny|mandt|mandant|client|bukrs|firm|firma|firm_?id|entity|tenant(?:_?id)?|site)$/i.test(
      name,
    ),
  language: (name: string): boolean => /(?:^|_)(?:lang|language|spras|sprache)/i.test(name) || /^LANG/i.test(name),
  sequence: (name: string): boolean =>
    /(?:line|lin|ln|seq|sq|pos|posnr|item|row|sort)_?(?:no|nr|num|number|id|nbr)?$/i.test(name) || /(?:LNO|LINNO|SEQNO|lineno)$/i.test(name),
} as const;

/** Two names of one thing: `ORDDT` and `ORDTM`, `order_date` and `order_time`. */
export function sameStem(date: string, time: string): boolean {
  const stem = (name: string) => name.replace(/_?(?:date|time|datum|zeit|uhr|dt|dat|tm|tim|at|on)$/i, "").toLowerCase();
  return stem(date) === stem(time);
}
