/** Stands where a source has no database in an environment: a valid key finds its system away, not its rights. */
import type { ErpDatabase } from "#gateway";
import { Problem } from "#lib/problems.ts";

export function absentEnvironment(environment: "live" | "test"): ErpDatabase {
  return {
    query: async () => {
      throw new Problem("source-unavailable", `This API has no ${environment} environment at present. Ask its operator, or use a key of the other one.`, {
        headers: { "Retry-After": "3600" },
      });
    },
  };
}
