/** How instants are written into the ERP's local columns: as what reads as the same instant, or not at all. */

import type { TimeZone } from "#lib/time-zone.ts";
import type { ColumnInfo } from "../../dialects/dialect.ts";
import type { Write } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { type NullWhen, nothing } from "./options.ts";
import { meansNull, notNull, noValue } from "./writing.ts";

const dayMs = 86_400_000;
const repeatedHour = "Lies in the hour that the clocks repeat, and would be read as the first of the two: it cannot be stored.";
const tooFine = "Has a smaller fraction of a second than can be stored.";
const beyondYears = "Must lie in the years 1000 to 9999.";

/** Years that all stored forms write with four digits. */
export function isWritable(localMs: number): boolean {
  return localMs >= -30_610_224_000_000 && localMs <= 253_402_300_799_999;
}

/** A local time and its offset, which columns with a zone are compared by; for all others the engine drops it. */
export function localText(localMs: number, offsetMs: number): string {
  return `${plainText(localMs)}${offsetText(offsetMs)}`;
}

function plainText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 23).replace("T", " ");
}

/** `+05:30`; seconds only where a zone's local mean time has them. */
function offsetText(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, ...(seconds % 60 === 0 ? [] : [seconds % 60])];
  return `${offsetMs < 0 ? "-" : "+"}${parts.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.(\d{1,3})(\d*))?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch, or why it has none. */
function parseInstant(value: unknown): number | string {
  const match = typeof value === "string" ? instant.exec(value) : null;
  const utc = match === null ? Number.NaN : Date.parse(String(value));
  if (match === null || Number.isNaN(utc)) return "Must be an instant, such as 2026-01-31T08:30:00Z.";
  return /[1-9]/.test(match[2] ?? "") ? tooFine : utc;
}

/** Into one column: a timestamp with or without a zone, a date, or a text. */
export function momentWrite(zone: TimeZone, options: NullWhen): Write {
  const isNothing = nothing(options);
  const nothingIn = noValue(options);
  return (value, [info] = []) => {
    if (value === null) {
      const blank = nothingIn(info);
      return blank === null && info?.nullable === false ? notNull : [blank];
    }
    const utc = parseInstant(value);
    if (typeof utc === "string") return utc;
    const local = zone.toLocal(utc);
    if (!isWritable(local)) return beyondYears;
    const hasZone = info?.sqlType.endsWith("with time zone") === true;
    if (!hasZone && zone.toUtc(local) !== utc) return repeatedHour;
    if (local % smallestMs(info) !== 0) return info?.type === "date" ? "Only whole days can be stored." : tooFine;
    const text = plainText(local);
    if (isNothing(text) || isNothing(text.slice(0, 19)) || isNothing(text.slice(0, 10))) return meansNull;
    if (info === undefined || hasZone) return [localText(local, local - utc)];
    return [info.type === "date" ? text.slice(0, 10) : info.type === "text" && local % 1000 === 0 ? text.slice(0, 19) : text];
  };
}

/** The smallest step that a column keeps, of those that are ever shown. */
function smallestMs(info: ColumnInfo | undefined): number {
  return info?.type === "date" ? dayMs : 10 ** (3 - Math.min(3, info?.fraction ?? 3));
}

/** Into a date and a time column, by the second. */
export function secondsWrite(zone: TimeZone, options: NullWhen, columnsAt: (localMs: number) => readonly [day: string, time: string] | undefined): Write {
  const isNothing = nothing(options);
  const nothingIn = noValue(options);
  return (value, [day, time] = []) => {
    if (value === null) {
      const blank = nothingIn(day);
      return blank === null && day?.nullable === false ? notNull : [blank, midnightBeside(blank, time)];
    }
    const utc = parseInstant(value);
    if (typeof utc === "string") return utc;
    const local = zone.toLocal(utc);
    if (utc % 1000 !== 0) return tooFine;
    if (!isWritable(local)) return beyondYears;
    if (zone.toUtc(local) !== utc) return repeatedHour;
    const columns = columnsAt(local);
    if (columns === undefined) return "Must lie in the years 1900 to 2899.";
    return isNothing(columns[0]) || isNothing(Number(columns[0])) ? meansNull : columns;
  };
}

/** The time beside a date that says "nothing": nothing of the same kind. */
function midnightBeside(day: ErpValue, time: ColumnInfo | undefined): ErpValue {
  if (day === null && time?.nullable !== false) return null;
  return time === undefined ? (typeof day === "number" ? 0 : "") : time.type === "text" ? (typeof day === "number" ? "0" : "") : 0;
}
