/** Lists how far the scans of resources are. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { scanShape, scanToJson } from "./scan-json.ts";

export const scanList = defineVerb({
  name: "scan.list",
  summary: "List how far the scans for changes are",
  role: "viewer",
  method: "GET",
  path: "/admin/scans",
  input: z.object({}),
  output: z.object({ items: z.array(scanShape) }),
  run: async ({ records }) => ({ kind: "done", value: { items: (await records.scans.list()).map(scanToJson) } }),
});
