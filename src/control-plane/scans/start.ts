/** Has a resource scanned before its time. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeScan } from "./change-scan.ts";
import { scannedGiven, scanShape } from "./scan-json.ts";

export const scanStart = defineVerb({
  name: "scan.start",
  summary: "Scan a resource for changes before its time",
  role: "operator",
  method: "POST",
  path: "/admin/scans/start",
  input: z.object(scannedGiven),
  output: scanShape,
  run: (plane, of, asking) => changeScan(plane, asking, "scan.start", of, (scans) => scans.want(of)),
});
