/** `Retry-After` (RFC 9110, 10.2.3) as receivers really send it. */

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Milliseconds to wait for, at most a day; undefined where nothing sensible is asked for: junk, the past, a negative number.
 * `now` in milliseconds since 1970.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? "";
  // Fractions are no RFC, and yet meant well.
  const asked = /^\d{1,400}(?:\.\d{1,20})?$/.test(text) ? Number(text) * 1_000 : httpDate(text) - now;
  return asked > 0 ? Math.min(asked, dayMs) : undefined;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const imfFixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/** The three forms of an HTTP-date; NaN for anything else. */
function httpDate(text: string): number {
  const fixdate = imfFixdate.exec(text);
  if (fixdate) return time(fixdate[3], fixdate[2], fixdate[1], fixdate.slice(4));
  const old = rfc850.exec(text);
  if (old) return time(`20${old[3]}`, old[2], old[1], old.slice(4));
  const c = asctime.exec(text);
  return c ? time(c[6], c[1], c[2], c.slice(3, 6)) : Number.NaN;
}

function time(year = "", month = "", day = "", [hour, minute, second]: readonly (string | undefined)[]): number {
  const index = months.indexOf(month);
  return index < 0 ? Number.NaN : Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
}
