/** Checks what was typed after a command, and says every fault of it at once. */
import { z } from "zod";
import type { PartnerAccount } from "#control-plane/partners/partner-records.ts";
import { type CommandInput, UsageError } from "./command.ts";

export const project = z.string().optional();
export const json = z.boolean().default(false);
export const environment = z.enum(["live", "test"], "takes live or test");

/** `orders:read,products:read`, also repeated. */
export const list = z.array(z.string()).transform((values) =>
  values
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter(Boolean),
);

/** `live:C0000001` */
export const account = z.string().transform((text, context): PartnerAccount => {
  const [, where, number] = /^(live|test):(.+)$/.exec(text) ?? [];
  if ((where === "live" || where === "test") && number !== undefined) return { environment: where, account: number };
  context.addIssue({ code: "custom", message: "takes live:<account> or test:<account>" });
  return z.NEVER;
});

const dayMs = 86_400_000;

/** A date, a time with its zone, or a number of days such as `90d`; milliseconds since 1970. */
export const moment = z.string().transform((text, context): ((now: number) => number) => {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days !== undefined) return (now) => now + Number(days) * dayMs;
  const written = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  // `Date.parse` takes the 31st of February for the 3rd of March.
  const real = !Number.isNaN(written) && new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(text.slice(0, 10));
  if (real) return () => written;
  context.addIssue({ code: "custom", message: "takes a date (2027-01-31), a time with its zone (2027-01-31T12:00:00Z) or a number of days (90d)" });
  return z.NEVER;
});

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A length of time such as `72h`; seconds. */
export const span = z.string().transform((text, context): number => {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const length = unitSeconds[unit];
  if (count !== undefined && length !== undefined) return Number(count) * length;
  context.addIssue({ code: "custom", message: "takes a length of time: 90s, 15m, 72h or 30d" });
  return z.NEVER;
});

/** Throws a UsageError that names each option at fault. */
export function parseOptions<Schema extends z.ZodObject>(schema: Schema, input: CommandInput): z.output<Schema> {
  const result = schema.safeParse(input.values);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = `--${String(issue.path[0])}`;
    return ["invalid_type", "invalid_union"].includes(issue.code) && input.values[String(issue.path[0])] === undefined
      ? `${name} is missing`
      : `${name} ${issue.message}`;
  });
  throw new UsageError(`${[...new Set(faults)].join("; ")}.`);
}
