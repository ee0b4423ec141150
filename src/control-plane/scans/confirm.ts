/** Confirms that things which a scan misses are gone: partners are told. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeScan } from "./change-scan.ts";
import { scannedGiven, scanShape } from "./scan-json.ts";

export const scanConfirm = defineVerb({
  name: "scan.confirm",
  summary: "Confirm that things which a scan misses are gone, so that partners are told",
  role: "operator",
  method: "POST",
  path: "/admin/scans/confirm",
  input: z.object({
    ...scannedGiven,
    missing: z
      .int()
      .min(1)
      .meta({ description: "How many may be gone: `held_things` of the scan, or as many as are about to be deleted. Holds for the next pass." }),
  }),
  output: scanShape,
  run: (plane, { missing, ...of }, asking) => changeScan(plane, asking, "scan.confirm", of, (scans) => scans.confirm(of, missing)),
});
