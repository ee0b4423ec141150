/** Stands where a source has no database in an environment: a valid key finds its system away, not its rights. */

import { Problem } from "#lib/problems.ts";
import type { ErpDatabase } from "./dialect.ts";
import { SourceTrouble } from "./trouble.ts";

export function absentDatabase(environment: "live" | "test"): ErpDatabase {
  return {
    query: async () => {
      throw new Problem("source-unavailable", `This API has no ${environment} environment at present. Ask its operator, or use a key of the other one.`, {
        headers: { "Retry-After": "3600" },
        cause: new SourceTrouble("absent", undefined),
      });
    },
  };
}
