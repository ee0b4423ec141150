/** Schemas of the values that travel as strings on the wire, for use in a contract's `schema.ts`. */

import { z } from "zod";

/** A decimal number as a string, `-?digits[.digits]`, so that no client turns it into a float. */
function decimal() {
  return z
    .string()
    .max(40)
    .regex(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/)
    .meta({ format: "decimal", examples: ["12.500"] });
}

/** An amount and its ISO 4217 currency: `{"amount":"1234.50","currency":"EUR"}`. */
function money() {
  return z
    .strictObject({
      amount: decimal().meta({ examples: ["1234.50"] }),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .meta({ examples: ["EUR"] }),
    })
    .meta({ description: "An amount with its currency (ISO 4217). The amount is a decimal string." });
}

/** A calendar date, `YYYY-MM-DD` (RFC 3339 `full-date`). */
function date() {
  return z.iso.date();
}

/** An instant in UTC (RFC 3339 `date-time`, always with `Z`). */
function dateTime() {
  return z.iso.datetime();
}

/** The opaque id of a resource. */
function id() {
  return z.string().min(1).max(200);
}

export const wire = { decimal, money, date, dateTime, id } as const;
