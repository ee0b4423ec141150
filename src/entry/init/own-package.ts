/** What this package says of itself: its version, and the versions of what it was tested with. */
import { readFileSync } from "node:fs";
import { z } from "zod";

const schema = z.object({
  version: z.string(),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});

export type OwnPackage = z.infer<typeof schema>;

export function readOwnPackage(): OwnPackage {
  return schema.parse(JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")));
}
