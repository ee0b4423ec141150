/** `sluice scan ...`: looking through the ERP for changes that nothing has noted. */
import { scanConfirm } from "#control-plane/scans/confirm.ts";
import { scanList } from "#control-plane/scans/list.ts";
import type { ScanJson } from "#control-plane/scans/scan-json.ts";
import { scanStart } from "#control-plane/scans/start.ts";
import { type Command, table } from "./command.ts";
import { choice, text, whole } from "./flags.ts";
import { verbCommand } from "./verb-command.ts";

const of = { source: text("source"), env: choice("environment", ["live", "test"]), resource: text("resource") };
const usage = "--source <name> --env live|test --resource <name>";

export const scanCommands: readonly Command[] = [
  verbCommand(scanList, {
    usage: [],
    say: ({ items }) =>
      items.length === 0
        ? "Nothing was scanned yet."
        : table(
            ["SOURCE", "ENV", "RESOURCE", "STATE", "ROWS", "PASSES", "LAST PASS", "MISSING"],
            items.map((item) => [
              ...[item.source, item.environment, item.resource, item.state, String(item.rows), String(item.passes), item.last_pass_at ?? "-"],
              item.held_things === null ? "" : `${item.held_things}, held since ${item.held_at}`,
            ]),
          ),
  }),
  verbCommand(scanStart, {
    usage: [usage, "Whatever is found is told to partners with the origin `scan`. How fast it goes is declared with the source."],
    flags: of,
    say: (scan) =>
      scan.passes === 0 && scan.rows === 0
        ? `${nameOf(scan)} is scanned next. It never was before: if that is a surprise, look at the names`
        : `${nameOf(scan)} is scanned next`,
  }),
  verbCommand(scanConfirm, {
    usage: [`${usage} --missing <number>`, "The next pass tells partners that so many things are gone. `sluice scan list` shows how many are missing."],
    flags: { ...of, missing: whole("missing") },
    say: (scan) => `${nameOf(scan)} is scanned next; partners are told of up to ${scan.confirmed} things that are gone`,
  }),
];

function nameOf({ source, environment, resource }: ScanJson): string {
  return `${resource} of ${source} (${environment})`;
}
