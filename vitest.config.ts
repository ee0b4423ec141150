/** How the tests run: against the unbuilt TypeScript, with one real Postgres for all of them. */
import { defineConfig } from "vitest/config";
import { skipSummary } from "./test/support/skip-summary.ts";

const skipsAllowed = !(process.env["CI"] === "true" && process.env["SLUICE_NO_SKIP"] === "1");

// The package imports itself by name and its parts by `#part/...`; "source" leads both to the TypeScript.
const conditions = ["source", "node"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["source"] } },
  // The global set-up runs in an environment of its own, which heeds neither of the above.
  environments: { __vitest__: { resolve: { conditions, externalConditions: ["source"] } } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/support/worker-setup.ts"],
    reporters: ["default", skipSummary(skipsAllowed)],
    pool: "forks",
    execArgv: ["--conditions=source"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
