/** A scan as JSON has it. */
import { z } from "zod";
import type { ScanProgress } from "./scan-state-records.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "Must be snake_case, as the project has it.");

export const scannedGiven = {
  source: name.meta({ description: "As the project names it.", examples: ["erp"] }),
  environment: z.enum(["live", "test"]),
  resource: name.meta({ examples: ["orders"] }),
};

export const scanShape = z.object({
  source: z.string(),
  environment: z.enum(["live", "test"]),
  resource: z.string(),
  state: z.enum(["first", "underway", "waiting"]).meta({
    description: "`first`: everything is looked at for the first time, and nothing is news. `underway`: a pass is. `waiting`: for the next.",
  }),
  rows: z.int().meta({ description: "Rows that the pass underway has read, or the last one." }),
  passes: z.int().meta({ description: "Passes that have ended." }),
  last_pass_at: z.iso.datetime().nullable(),
  held_at: z.iso.datetime().nullable().meta({ description: "Since when nothing is said of missing things, since they are too many." }),
  held_things: z.int().nullable().meta({ description: "How many are missing." }),
  confirmed: z.int().meta({ description: "So many missing things the next pass lets go." }),
  wanted: z.boolean().meta({ description: "A pass is wanted before its time." }),
});

export type ScanJson = z.output<typeof scanShape>;

const time = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

export function scanToJson({ lastPassAt, held, ...scan }: ScanProgress): ScanJson {
  return { ...scan, last_pass_at: time(lastPassAt), held_at: time(held?.at), held_things: held?.things ?? null };
}
