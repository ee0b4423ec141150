/** `npm run bench -- reads|protection|writes|access|webhooks [--orders 1000000] [--rounds 7] [--seconds 5] [--connections 16] [--receipts 10000000] [--erp URL]` */

import { parseArgs } from "node:util";
import { benchAccess } from "./access.ts";
import { benchProtection } from "./protection.ts";
import { benchReads } from "./reads.ts";
import { report } from "./results.ts";
import { benchWebhooks } from "./webhooks.ts";
import { benchWrites } from "./writes.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    orders: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "16" },
    /** Partners and keys of the larger of two stores that are compared. */
    keys: { type: "string", default: "100000" },
    receipts: { type: "string", default: "10000000" },
    /** Webhooks that wait, and endpoints of the larger of two stores that are compared. */
    backlog: { type: "string", default: "100000" },
    endpoints: { type: "string", default: "10000" },
    /** An existing Meridian database to read instead of one of the benchmark's own. */
    erp: { type: "string" },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const numbers = { orders: Number(values.orders), rounds: Number(values.rounds), seconds: Number(values.seconds), connections: Number(values.connections) };
const rounds = `${numbers.rounds} rounds of ${numbers.seconds} s.`;

const suite = positionals.join(" ");
if (suite === "reads") {
  const comparisons = await benchReads({ ...numbers, erpUrl: values.erp, say });
  process.stdout.write(report(suite, `${numbers.orders} orders, ${numbers.connections} connections, ${rounds}`, comparisons, new Date()));
} else if (suite === "protection") {
  const comparisons = await benchProtection({ ...numbers, say });
  process.stdout.write(report(suite, `${numbers.orders} orders, a pool of 10, slow statements of 2 s, ${rounds}`, comparisons, new Date()));
} else if (suite === "writes") {
  const comparisons = await benchWrites({ ...numbers, receipts: Number(values.receipts), say });
  process.stdout.write(report(suite, `${numbers.orders} orders, ${numbers.connections} connections, ${rounds}`, comparisons, new Date()));
} else if (suite === "access") {
  const comparisons = await benchAccess({ ...numbers, keys: Number(values.keys), redisUrl: process.env["REDIS_URL"], say });
  process.stdout.write(report(suite, `${numbers.orders} orders, ${numbers.connections} connections, ${rounds}`, comparisons, new Date()));
} else if (suite === "webhooks") {
  const { rounds: count, seconds } = numbers;
  const comparisons = await benchWebhooks({ rounds: count, seconds, backlog: Number(values.backlog), endpoints: Number(values.endpoints), say });
  process.stdout.write(report(suite, `Bodies of 1.5 KB, ${rounds}`, comparisons, new Date()));
} else {
  throw new Error("Which benchmark? There are: reads, protection, writes, access, webhooks");
}
