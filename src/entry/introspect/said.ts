/** A guess in the words of a question. */
import type { Conversion } from "#gateway";

export function said(conversion: Conversion): string {
  switch (conversion.kind) {
    case "date":
      return conversion.stored.kind === "native" ? "a date" : `a date (${conversion.stored.form})`;
    case "dateTime":
      return conversion.time === undefined ? "a moment" : `a moment, with ${conversion.time}`;
    case "money":
    case "decimal":
      return `${conversion.kind === "money" ? `an amount in ${conversion.currency}` : "a decimal number"}${conversion.scale === undefined ? "" : `, stored times ${10 ** conversion.scale}`}`;
    case "flag":
      return "yes or no";
    case "code":
      return "codes";
    case "ref":
      return `the id of one of the ${conversion.resource}`;
    case "text":
      return conversion.encoding === undefined ? "text" : `text in ${conversion.encoding}`;
    case "integer":
      return "a whole number";
  }
}
