/** Columns that a draft leaves out: secrets, personal data, and figures that are the company's own business. */

import type { ColumnFacts } from "../../dialects/schema-reader.ts";
import type { Values } from "../values.ts";

export type Withheld = "secret" | "personal" | "internal";

export interface Suspicion {
  readonly why: Withheld;
  readonly reason: string;
}

type Pattern = readonly [pattern: RegExp, what: string];

const secretNames: readonly Pattern[] = [
  [/pass_?w(?:or)?[dt]|passwd|(?:^|_)pwd|pwd$|passphrase|kennwort|(?:^|_)pass$/i, "a password"],
  [/secre?t|secrt/i, "a secret"],
  [/token|api_?key|private_?key|(?:^|_)salt$|(?:^|_)hash$|credential|otp|totp/i, "a credential"],
  [/login|user_?name$|(?:server|db|edi|ftp|smtp)\w*user$/i, "a login"],
  [/(?:^|_)pin(?:_?(?:code|no))?$|^PINCD$|(?:^|_)cvv2?$|(?:^|_)cvc2?$/i, "a card's or an access code"],
];

const personalNames: readonly Pattern[] = [
  [/iban|bank_?acc|bankacct|acctno_bank|(?:^|_)kontonr|sort_?code|bankn$|bnkacc/i, "a bank account"],
  [/(?:^|_)(?:card|cc)_?(?:no|num|number|nr)|creditcard|credit_card|ccnum|kkarte/i, "a payment card"],
  [/birth|brthd|(?:^|_)dob(?:_|$)|gebdat|gebdt|geburt/i, "a date of birth"],
  [/(?:^|_)(?:ssn|nin|sin)(?:_|$)|social_?sec|passport|national_?id|tax_?payer_?id|driver_?lic/i, "an official number of a person"],
  [/e_?mail/i, "an e-mail address"],
  [/phone|faxno|handy|(?:^|_)(?:tel|telefon|telefax|mobile|cell|fax)(?:_|no|nr|num|\d|$)/i, "a telephone number"],
  [/gender|(?:^|_)sex(?:_|$)|religion|marital|salary|wage|disabilit/i, "a person's own business"],
  [/(?:^|_)(?:first|last|middle|sur|family|maiden)_?name|FSTNAM|LSTNAM|vorname|nachname|contact_?name|buyer_?name/i, "a person's name"],
  [
    /^(?:crt|chg|upd|mod|ent|ins|del)(?:_?by|_?usr|_?user|usr)$|(?:created|changed|updated|modified|entered|deleted)_?(?:by|user)|^(?:USRID|USER_?ID|UNAME|ERNAM|AENAM)$/i,
    "who of the staff did it",
  ],
];

const internalNames: readonly Pattern[] = [
  [/margin|MRGAMT|^mrg|profit|markup/i, "what the company earns"],
  [
    /(?:^|_)cost(?:s|price|_?pr)?(?:_|$)|CSTPR|^cst|(?<!freight|shipping|delivery|transport|postage)costs?$|purchase_?price|einkaufspreis|standardcost|costupdate/i,
    "what the company pays",
  ],
  [/reorder_?(?:level|point)|^eoq$|(?:^|_)bin(?:_?loc)?$|BINLOC|glact|glcode|glaccount/i, "how the company works inside"],
];

/** By the name alone, before anything is read: such a column is not even looked at. */
export function nameSuspicion({ name, comment }: Pick<ColumnFacts, "name" | "comment">): Suspicion | undefined {
  const match = (patterns: readonly Pattern[]) => patterns.find(([pattern]) => pattern.test(name))?.[1];
  const secret = match(secretNames) ?? (/\b(?:password|secret|token)\b/i.test(comment) ? "a secret, by its comment" : undefined);
  if (secret !== undefined) return { why: "secret", reason: `its name says ${secret}` };
  const personal = match(personalNames);
  if (personal !== undefined) return { why: "personal", reason: `its name says ${personal}` };
  const internal = match(internalNames);
  return internal === undefined ? undefined : { why: "internal", reason: `its name says ${internal}` };
}

/** By the values looked at: none of them is repeated, only what they look like. */
export function valueSuspicion(values: Values): Suspicion | undefined {
  const texts = [...values.counts.keys()].filter((value) => value !== "");
  if (texts.length === 0) return undefined;
  const share = (test: (text: string) => boolean): number => texts.filter(test).length / texts.length;
  if (share(isPasswordHash) >= 0.5) return { why: "secret", reason: "its values look like hashes of passwords" };
  if (share(isJwt) >= 0.5) return { why: "secret", reason: "its values look like tokens" };
  if (share(isIban) >= 0.5) return { why: "personal", reason: "its values are bank accounts (IBAN, checksums fit)" };
  if (texts.length >= 3 && share(isCardNumber) >= 0.9) return { why: "personal", reason: "its values look like payment cards (checksums fit)" };
  if (share(isEmail) >= 0.5) return { why: "personal", reason: "its values are e-mail addresses" };
  if (texts.length >= 3 && share(isPhone) >= 0.9) return { why: "personal", reason: "its values look like telephone numbers" };
  return undefined;
}

export function isEmail(text: string): boolean {
  return /^[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text);
}

/** ISO 13616: moved to the end, the country and check digits leave 1 modulo 97. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(" ", "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7812: issuers 2 to 6, 14 to 19 digits, Luhn's check digit. */
export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, "");
  if (!/^[2-6]\d{13,18}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** International, or with the separators that people write: a number of a document has neither. */
export function isPhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "").length;
  if (digits < 7 || digits > 15 || !/^[+(]?[\d\s()/.-]+$/.test(text)) return false;
  return text.startsWith("+") || /^\(?0\d{1,5}\)?[\s/-]\d/.test(text) || /^\(\d{3}\) ?\d{3}-\d{4}$/.test(text);
}

function isPasswordHash(text: string): boolean {
  return /^\$(?:2[abxy]|argon2\w*|5|6|1)\$/.test(text) || /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(text);
}

function isJwt(text: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}
