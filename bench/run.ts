/** `npm run bench -- reads [--orders 1000000] [--rounds 7] [--seconds 5] [--connections 16] [--erp URL]` */

import { parseArgs } from "node:util";
import { benchReads } from "./reads.ts";
import { report } from "./results.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    orders: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "16" },
    /** An existing Meridian database to read instead of one of the benchmark's own. */
    erp: { type: "string" },
  },
});
if (positionals.join(" ") !== "reads") throw new Error("Which benchmark? There is: reads");

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const numbers = { orders: Number(values.orders), rounds: Number(values.rounds), seconds: Number(values.seconds), connections: Number(values.connections) };
const comparisons = await benchReads({ ...numbers, erpUrl: values.erp, say });
const setting = `${numbers.orders} orders, ${numbers.connections} connections, ${numbers.rounds} rounds of ${numbers.seconds} s.`;
process.stdout.write(report("reads", setting, comparisons, new Date()));
