/** The gateway as a process on Node: `npm start`. */
import { parseArgs } from "node:util";
import { runGateway } from "./run.ts";

const { values } = parseArgs({ options: { project: { type: "string" }, fresh: { type: "boolean", default: false } } });

await runGateway({ project: values.project, fresh: values.fresh });
