/** One conversion as a call in a binding. */

import type { Conversion, DraftField } from "../draft.ts";
import { questions } from "./answers.ts";
import { list, literal } from "./text.ts";
import { decided, type Writing } from "./writing.ts";

export function written(writing: Writing, { column, conversion }: DraftField): string {
  const { engine } = writing;
  const call = (name: string, args: readonly string[], options: readonly string[]): string => {
    engine.add(name);
    return `${name}(${[...args, ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;
  };
  const nullWhen = "nullWhen" in conversion && conversion.nullWhen.length > 0 ? [`nullWhen: ${list(conversion.nullWhen)}`] : [];
  switch (conversion.kind) {
    case "text":
      return call(
        "text",
        [literal(column)],
        [
          ...(conversion.encoding === undefined ? [] : [`encoding: ${literal(conversion.encoding)}`]),
          ...(conversion.pad === undefined ? [] : [`pad: ${conversion.pad}`]),
          ...nullWhen,
        ],
      );
    case "date":
      return writtenDate(call, column, conversion, nullWhen);
    case "dateTime": {
      const as = conversion.form === "cyymmdd" ? ['as: "cyymmdd"'] : [];
      const zone = conversion.zone === undefined ? zoneOption(writing) : `zone: ${literal(conversion.zone)}`;
      return call("dateTime", [literal(column), ...(conversion.time === undefined ? [] : [literal(conversion.time)])], [zone, ...as, ...nullWhen]);
    }
    case "money":
      return call("money", [literal(column), literal(conversion.currency)], shape(conversion));
    case "decimal":
      return call("decimal", [literal(column)], shape(conversion));
    case "integer":
      return call("integer", [literal(column)], []);
    case "flag":
      return call(
        "flag",
        [literal(column)],
        conversion.values === undefined ? [] : [`true: ${list(conversion.values.true)}`, `false: ${list(conversion.values.false)}`],
      );
    case "ref":
      return call("ref", [literal(conversion.resource), literal(column)], nullWhen);
    case "code":
      throw new Error("codes are written line by line");
  }
}

function writtenDate(
  call: (name: string, args: readonly string[], options: readonly string[]) => string,
  column: string,
  { stored }: Extract<Conversion, { kind: "date" }>,
  nullWhen: readonly string[],
): string {
  if (stored.kind === "julian")
    return call("julianDate", [literal(column)], [...(stored.form === "cyyddd" ? [] : [`as: ${literal(stored.form)}`]), ...nullWhen]);
  const form = stored.kind === "native" ? "native" : stored.form;
  return call("date", [literal(column)], [...(form === "yyyymmdd" ? [] : [`as: ${literal(form)}`]), ...nullWhen]);
}

function zoneOption(writing: Writing): string {
  return decided(writing, "zone", {
    about: "The ERP's wall clock.",
    question: "the IANA time zone of the ERP's clock, such as Europe/Berlin",
    answer: writing.answers.get(questions.zone),
  });
}

function shape({ scale, places }: { readonly scale?: number; readonly places?: number }): readonly string[] {
  return [...(scale === undefined ? [] : [`scale: ${scale}`]), ...(places === undefined ? [] : [`places: ${places}`])];
}
