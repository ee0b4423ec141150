/** A gateway over the shop in a process of its own, which kills itself where it is told to. Reads its task from standard input, prints its port. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { serveOnNode } from "#testing/serve-on-node.ts";
import { makeSecrets } from "#testing/served-gateway.ts";
import { bareShopGateway, shortLimits } from "./bare-shop.ts";
import { shopGateway } from "./shop.ts";

export const processTask = z.object({
  dialect: z.enum(["postgres", "mariadb"]),
  footprint: z.enum(["receipts", "none"]),
  shopUrl: z.string(),
  storeUrl: z.string(),
  secrets: z.object({ pepper: z.string(), secret: z.string() }),
  /** At the `nth` time that a write passes this point. */
  killAt: z.object({ point: z.string(), nth: z.int() }).optional(),
});

export type ProcessTask = z.infer<typeof processTask>;

if (import.meta.main) {
  const { dialect, footprint, shopUrl, storeUrl, secrets, killAt } = processTask.parse(JSON.parse(readFileSync(0, "utf8")));
  let passed = 0;
  const gateway = await serveOnNode({
    definition: footprint === "none" ? bareShopGateway(dialect) : shopGateway(dialect),
    sources: new Map([["shop", { live: shopUrl, test: shopUrl }]]),
    storeUrl,
    // An outcome that is unknown without receipts is settled by time: soon, with limits as short as these.
    variables: footprint === "none" ? shortLimits : {},
    secrets: makeSecrets({ pepper: Buffer.from(secrets.pepper, "base64"), secret: Buffer.from(secrets.secret, "base64") }),
    passing(point) {
      if (point !== killAt?.point) return;
      passed += 1;
      if (passed === killAt.nth) process.kill(process.pid, "SIGKILL");
    },
  });
  process.stdout.write(`${gateway.port}\n`);
}
