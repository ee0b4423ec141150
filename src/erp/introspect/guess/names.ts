/** What a column's name says. ERPs abbreviate: `ORDDT`, `orddate` and `order_date` all name a date. */

/** Endings that make a name another thing than its beginning says: `VATCD` is no amount, `ORDNO` no order. */
const isIdentifier = /(?:no|nr|num|nbr|number|id|key|uuid|guid)\d?$/i;
const isCodeLike = /(?:cd|code|codes?|st|sts|stat|status|state|ty|typ|type|kind|class|mode|method|meth|mth|src|source|flag|flg|cat|category|lang|langcd|func|reason)$/i;

export const nameHints = {
  identifier: (name: string): boolean => isIdentifier.test(name),
  code: (name: string): boolean => isCodeLike.test(name),
  /** Of numbers: a status and a type are codes, a priority and a level are numbers. */
  numberedCode: (name: string): boolean => /(?:code|stat|status|state|ty|typ|type|kind|class|mode|method|reason|cd)$/i.test(name),
  date: (name: string): boolean =>
    /(?:^|_)(?:date|datum|dat|dt|day|fecha|on|since|until|from|to|at)(?:_|$)/i.test(name) ||
    /(?:DT|DAT|DTE|DATE|JD|DJ|JUL)\d?$/.test(name) ||
    /(?:date|datum|due|since)(?:\d|time|alloc|printed|created|changed|update)?$/i.test(name) ||
    /^(?:VAL|VLD|GUELT|DATBI|DATAB)(?:FR|FROM|TO|UNTIL|VON|BIS)?$/.test(name) ||
    /^date/i.test(name) ||
    /[a-z](?:Date|On|At)$/.test(name),
  time: (name: string): boolean => /(?:TM|TIM|TIME|UHR|ZEIT|HHMM(?:SS)?)$/.test(name) || /(?:^|_)(?:time|tm|uhrzeit|zeit)$/i.test(name) || /time$/i.test(name),
  amount: (name: string): boolean =>
    !isIdentifier.test(name) &&
    !isCodeLike.test(name) &&
    !nameHints.percent(name) &&
    !nameHints.quantity(name) &&
    /(?:amt|amount|betrag|tot|total|net|netto|gross|brutto|vat|tax|gst|price|preis|prc|pr|cost|freight|frt|limit|lim|balance|bal|paid|charge|fee|credit|debit|salary|ovamount|ovdiscount|discount|alloc|value|subtotal|netwr)\d?$/i.test(
      name,
    ),
  quantity: (name: string): boolean =>
    !isIdentifier.test(name) &&
    !isCodeLike.test(name) &&
    (/^(?:qty|quant|menge|min_?qt|max_?qt)/i.test(name) || /(?:qty|qt|quantity|menge|_units|onhand|qoh|invoiced|fc|factor|volume|kgs|weight|level|eoq)\d?$/i.test(name)),
  weight: (name: string): boolean => /(?:weight|wgt|gewicht|ntgew|brgew|kgs)/i.test(name) && !isIdentifier.test(name),
  percent: (name: string): boolean => /(?:percent|percentage|pct|pc|prozent|taxrate|vatrate|discountpercent|pymtdiscount)$/i.test(name) || /^(?:disc|discount)$/i.test(name),
  rate: (name: string): boolean => /(?:rate|kurs|exch|wkurs)$/i.test(name),
  flag: (name: string): boolean =>
    /(?:flg|flag|_yn|ind|kz)$/i.test(name) ||
    /^(?:is|has|can|show|hide|allow|printed|disable|enable)_?[a-z]/.test(name) ||
    /(?:active|enabled|disabled|inactive|blocked|locked|completed|printed|settled|closed|sent|discontinued|deleted|controlled|serialised|perishable|cancelled|canceled|approved|poplaced|quotation)$/i.test(
      name,
    ),
  deleted: (name: string): boolean => /^(?:del|deleted|is_?deleted|delflg|delflag|loevm|lvorm|lkz|deleted_?(?:at|on|flag)|dlt\w*|soft_?delete\w*)$/i.test(name) || /(?:DELFLG|DELFL|DELIND|DELKZ)$/.test(name),
  bits: (name: string): boolean => /(?:bit|bits|mask|bitmap)$/i.test(name),
  currency: (name: string): boolean => /(?:^|_)(?:cur|curr|currency|ccy|waers|waehrung)/i.test(name) || /^(?:CURCD|CURR?|WAERS|CCY)\w{0,3}$/.test(name) || /^curr/i.test(name),
  customer: (name: string): boolean =>
    /(?:^|_)(?:cus|cust|customer|client|debtor|kun|kunde|dealer|partner|buyer|bp|account|acct|sold_?to|ship_?to|bill_?to|payer)(?:_|no|nr|num|id|number|code|$)/i.test(name) ||
    /^(?:CUSNO|CUSTNO|KUNNR|KUNAG|KUNWE|KUNRG|BILTO|SOLDTO|SHIPTO|SHPTO|PAYTO|AN8|ABAN8|DEBTORNO|CARDCODE)$/i.test(name),
  /** Tables that hold the customers themselves. */
  customerTable: (name: string, comment: string): boolean =>
    /^(?:customers?|customer master|debtors?|clients?|business partners?|kunden(?:stamm)?)$/i.test(comment.trim()) ||
    /^(?:customers?|cusmas|custmast|debtors?|debtorsmaster|kna1|clients?|f0301|ocrd|business_?partners?|res_partner|cus|cust)$/i.test(name),
  company: (name: string): boolean => /^(?:compny|company|company_?(?:id|no|code)|comp|co|cono|cocd|cmpno|cmpny|mandt|mandant|client|bukrs|firm|firma|firm_?id|entity|tenant(?:_?id)?|site)$/i.test(name),
  language: (name: string): boolean => /(?:^|_)(?:lang|language|spras|sprache)/i.test(name) || /^LANG/.test(name),
  sequence: (name: string): boolean => /(?:line|lin|ln|seq|sq|pos|posnr|item|row|sort)_?(?:no|nr|num|number|id|nbr)?$/i.test(name) || /(?:LNO|LINNO|SEQNO|lineno)$/i.test(name),
} as const;

/** Two names of one thing: `ORDDT` and `ORDTM`, `order_date` and `order_time`. */
export function sameStem(date: string, time: string): boolean {
  const stem = (name: string) => name.replace(/_?(?:date|time|datum|zeit|uhr|dt|dat|tm|tim|at|on)$/i, "").toLowerCase();
  return stem(date) === stem(time);
}
