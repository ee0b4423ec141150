/** What every change of a scan has in common: it is audited by what was known of it before and after. */
import type { ControlPlane } from "../control-plane.ts";
import type { Asking, Outcome } from "../verb.ts";
import { type ScanJson, scanToJson } from "./scan-json.ts";
import type { ScannedResource, ScanStateRecords } from "./scan-state-records.ts";

export function changeScan(
  plane: ControlPlane,
  asking: Asking,
  verb: string,
  of: ScannedResource,
  change: (scans: ScanStateRecords) => Promise<void>,
): Promise<Outcome<ScanJson>> {
  return plane.change(asking, async ({ records, audit }) => {
    const before = await records.scans.find(of);
    await change(records.scans);
    const after = await records.scans.find(of);
    if (after === undefined) throw new Error("a scan that was changed is gone");
    const noted = (scan: typeof before) => scan && { confirmed: scan.confirmed, wanted: scan.wanted };
    const subject = `scan ${of.source} ${of.environment} ${of.resource}`;
    if (JSON.stringify(noted(before)) !== JSON.stringify(noted(after))) await audit({ verb, subject, before: noted(before) ?? null, after: noted(after) });
    return { kind: "done", value: scanToJson(after) };
  });
}
