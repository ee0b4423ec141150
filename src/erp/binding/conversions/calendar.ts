/** Calendar arithmetic on the date forms that ERPs store. */

export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** How a date is stored. `native`: DATE or TIMESTAMP. `cyymmdd`: century digit (0 = 19xx, 1 = 20xx), as on the AS/400. */
export type DateForm = "yyyymmdd" | "cyymmdd" | "native";

/** `cyyddd`: century digit, year, day of year (JD Edwards). `yyyyddd`: year and day of year. */
export type JulianForm = "cyyddd" | "yyyyddd";

const daysBefore = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysIn(year: number, month: number): number {
  return month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isDate({ year, month, day }: CalendarDate): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `YYYY-MM-DD`. */
export function formatDate({ year, month, day }: CalendarDate): string {
  return `${year < 1000 ? String(year).padStart(4, "0") : year}-${two(month)}-${two(day)}`;
}

/** Milliseconds since the epoch of a date's first moment in UTC. `Date.UTC` takes years before 100 for 19xx. */
export function utcMs({ year, month, day }: CalendarDate): number {
  return year >= 100 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day);
}

/** Reads `YYYY-MM-DD` that was validated before. */
export function parseDate(text: string): CalendarDate {
  return { year: Number(text.slice(0, 4)), month: Number(text.slice(5, 7)), day: Number(text.slice(8, 10)) };
}

/** A stored date, or undefined where the digits are none. */
export function readDate(value: unknown, form: DateForm): CalendarDate | undefined {
  if (form === "native") {
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
    const native = parseDate(value);
    return isDate(native) ? native : undefined;
  }
  const digits = typeof value === "number" ? value : typeof value === "string" && /^\d{1,8}$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (!Number.isInteger(digits) || digits <= 0) return undefined;
  const full = form === "cyymmdd" ? digits + 19000000 : digits;
  const date = { year: Math.floor(full / 10000), month: Math.floor(full / 100) % 100, day: full % 100 };
  return isDate(date) && (form === "yyyymmdd" || date.year < 2900) ? date : undefined;
}

/** The stored form of a date, as wide as a CHAR column holds it, or undefined where the form cannot hold its year. */
export function writeDate(date: CalendarDate, form: DateForm): string | undefined {
  if (form === "native") return formatDate(date);
  const full = date.year * 10000 + date.month * 100 + date.day;
  if (form === "yyyymmdd") return String(full).padStart(8, "0");
  return full >= 19000101 && full < 29000101 ? String(full - 19000000).padStart(7, "0") : undefined;
}

export function readJulian(value: unknown, form: JulianForm): CalendarDate | undefined {
  const digits = typeof value === "number" ? value : typeof value === "string" && /^\d{1,7}$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (!Number.isInteger(digits) || digits <= 0) return undefined;
  const year = Math.floor(digits / 1000) + (form === "cyyddd" ? 1900 : 0);
  let day = digits % 1000;
  if (year < 1 || year > (form === "cyyddd" ? 2899 : 9999) || day < 1 || day > (isLeap(year) ? 366 : 365)) return undefined;
  let month = 1;
  while (day > daysIn(year, month)) {
    day -= daysIn(year, month);
    month += 1;
  }
  return { year, month, day };
}

export function writeJulian({ year, month, day }: CalendarDate, form: JulianForm): string | undefined {
  const dayOfYear = (daysBefore[month] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0) + day;
  if (form === "yyyyddd") return String(year * 1000 + dayOfYear).padStart(7, "0");
  return year >= 1900 && year < 2900 ? String((year - 1900) * 1000 + dayOfYear).padStart(6, "0") : undefined;
}
