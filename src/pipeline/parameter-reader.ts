/** Reads the query parameters of an operation of the gateway's own, and names at once whatever cannot be accepted. */

import { pageLimit } from "#contract/list-query.ts";
import { Problem, type ProblemError } from "#lib/problems.ts";

/** Each reads one parameter; undefined: it was not given, or is refused. */
export interface ParameterReader {
  refuse(parameter: string, detail: string): void;
  text(parameter: string, longest: number): string | undefined;
  whole(parameter: string, least: number, most: number): number | undefined;
  /** Values separated by commas. */
  list(parameter: string, most: number, fits: (value: string) => boolean, detail: string): readonly string[] | undefined;
  /** RFC 3339 with its zone, in milliseconds since 1970. */
  time(parameter: string): number | undefined;
  /** Items of a page. */
  limit(): number;
  /** Throws a 400 with everything that was refused, unknown parameters included. */
  finish(): void;
}

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export function parameterReader(parameters: ReadonlyMap<string, string>, known: readonly string[]): ParameterReader {
  const errors: ProblemError[] = [...parameters.keys()]
    .filter((parameter) => !known.includes(parameter))
    .map((parameter) => ({
      parameter: parameter.slice(0, 100),
      code: "unknown-parameter",
      detail: `Not a parameter of this operation. It takes ${known.join(", ")}.`,
    }));

  /** `read` answers undefined for what does not fit. */
  function value<T>(parameter: string, detail: string, read: (text: string) => T | undefined): T | undefined {
    const text = parameters.get(parameter);
    if (text === undefined) return undefined;
    const found = read(text);
    if (found === undefined) reader.refuse(parameter, detail);
    return found;
  }

  const reader: ParameterReader = {
    refuse: (parameter, detail) => void errors.push({ parameter, code: "invalid-value", detail }),
    text: (parameter, longest) =>
      value(parameter, `${parameter} has 1 to ${longest} characters.`, (text) => (text === "" || text.length > longest ? undefined : text)),
    whole: (parameter, least, most) =>
      value(parameter, `${parameter} is a whole number from ${least} to ${most}.`, (text) => {
        const number = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
        return number >= least && number <= most ? number : undefined;
      }),
    list: (parameter, most, fits, detail) =>
      value(parameter, detail, (text) => {
        const values = text.split(",");
        return values.length <= most && values.every(fits) ? values : undefined;
      }),
    time: (parameter) =>
      value(parameter, `${parameter} is a time such as 2026-11-24T09:30:00Z.`, (text) => {
        const time = timeForm.test(text) ? Date.parse(text) : Number.NaN;
        return Number.isNaN(time) ? undefined : time;
      }),
    limit: () => reader.whole("limit", 1, pageLimit.max) ?? pageLimit.default,
    finish: () => refuseAll(errors),
  };
  return reader;
}

/** One problem for all of them; none where there are none. */
export function refuseAll(errors: readonly ProblemError[]): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  throw new Problem(
    errors.every(({ code }) => code === "unknown-parameter") ? "unknown-parameter" : "invalid-parameter",
    others.length === 0 ? first.detail : `${errors.length} query parameters cannot be accepted.`,
    { errors },
  );
}
