/** What flags and words of commands can be: how each is checked as it was typed, and the JSON it becomes. */
import { z } from "zod";
import type { JsonValue } from "#lib/json.ts";
import { account, list, moment, span } from "./options.ts";

export interface Flag {
  /** The member of the verb's input that it fills. */
  readonly member: string;
  readonly option: { readonly type: "string" | "boolean"; readonly multiple?: boolean };
  /** Of what was typed; its message follows the flag's name: "takes a date". */
  readonly schema: z.ZodType;
  /** `value` is what `schema` made. `now` in milliseconds since 1970. */
  take(value: unknown, now: number): JsonValue;
}

function flag<Schema extends z.ZodType>(member: string, schema: Schema, take: (value: z.output<Schema>, now: number) => JsonValue, multiple = false): Flag {
  return {
    member,
    option: multiple ? { type: "string", multiple } : { type: "string" },
    schema,
    take: (value, now) => take(value as z.output<Schema>, now), // what this schema made
  };
}

export function text(member: string): Flag {
  return flag(member, z.string(), (value) => value);
}

/** `--note none` says that there is to be none. */
export function textOrNone(member: string): Flag {
  return flag(member, z.string(), (value) => (value === "none" ? null : value));
}

/** `a,b`, also repeated. */
export function texts(member: string): Flag {
  return flag(member, list, (value) => value, true);
}

/** The same, or `none`. */
export function textsOrNone(member: string): Flag {
  return flag(member, list, (value) => (value.join() === "none" ? null : value), true);
}

export function choice(member: string, values: readonly [string, string, ...string[]]): Flag {
  const words = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return flag(member, z.enum(values, `takes ${words}`), (value) => value);
}

export function whole(member: string): Flag {
  return flag(
    member,
    z
      .string()
      .regex(/^\d{1,15}$/, "takes a whole number")
      .transform(Number),
    (value) => value,
  );
}

/** The same, or `none`. */
export function wholeOrNone(member: string): Flag {
  const schema = z.string().regex(/^(none|\d{1,15})$/, "takes a whole number or none");
  return flag(member, schema, (value) => (value === "none" ? null : Number(value)));
}

/** A JSON object, such as the contents of a file: `--jwks "$(cat keys.json)"`. */
export function jsonObject(member: string): Flag {
  const schema = z.string().transform((typed, context): Readonly<Record<string, JsonValue>> => {
    try {
      const value: JsonValue = JSON.parse(typed); // whatever was typed: the verb checks what it is
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
    } catch {
      // said below, as for any other text
    }
    context.addIssue({ code: "custom", message: "takes a JSON object" });
    return z.NEVER;
  });
  return flag(member, schema, (value) => value);
}

/** True when it was typed. */
export function yes(member: string): Flag {
  return { member, option: { type: "boolean" }, schema: z.boolean(), take: (value) => value === true };
}

/** A date, a time, or a number of days from now; RFC 3339. */
export function instant(member: string): Flag {
  return flag(member, moment, (value, now) => new Date(value(now)).toISOString());
}

/** The same, or `none`. */
export function instantOrNone(member: string): Flag {
  return flag(member, z.literal("none").or(moment), (value, now) => (value === "none" ? null : new Date(value(now)).toISOString()));
}

/** `90s`, `15m`, `72h` or `30d`, as seconds. */
export function seconds(member: string): Flag {
  return flag(member, span, (value) => value);
}

/** `live:C0000001`, also repeated. */
export function accounts(member: string): Flag {
  return flag(member, z.array(account), (value) => value.map(({ environment, account: number }) => ({ environment, account: number })), true);
}

/** A length of time up to now, such as `2h`, or a date or a time; RFC 3339. */
export function past(member: string): Flag {
  const schema = z.union(
    [span.transform((ago) => (now: number) => now - 1_000 * ago), moment],
    "takes a length of time (2h), a date (2026-11-24) or a time with its zone (2026-11-24T12:00:00Z)",
  );
  return flag(member, schema, (value, now) => new Date(value(now)).toISOString());
}
