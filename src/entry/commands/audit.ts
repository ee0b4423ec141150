/** `sluice audit ...`: what was changed, by whom, and whether the record of it is complete. */
import { type AuditJson, auditList } from "#control-plane/audit/list.ts";
import { auditVerify } from "#control-plane/audit/verify-verb.ts";
import { type Command, exitCodes } from "./command.ts";
import { text, whole, yes } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

export const auditCommands: readonly Command[] = [
  listCommand(auditList, {
    usage: [
      "[--subject <text>] [--verb <name>] [--actor <name|id>] [--limit <number>]",
      'A subject is "key <key id>" or "partner <id>"; --json has the values before and after.',
    ],
    flags: { subject: text("subject"), verb: text("verb"), actor: text("actor"), limit: whole("limit") },
    defaults: { limit: 100 },
    columns: {
      SEQ: ({ seq }) => String(seq),
      WHEN: ({ at }) => at,
      WHO: ({ actor }) => (actor.kind === "operator" ? actor.name : `${actor.name} (${actor.kind})`),
      VERB: ({ verb }) => verb,
      SUBJECT: ({ subject }) => subject,
      CHANGED: changed,
    },
    none: "Nothing was changed.",
  }),
  verbCommand(auditVerify, {
    usage: [
      "[--anchor <number>:<hash>] [--since-anchor]",
      "An anchor is the end of the chain as an earlier check printed it. Noted where the gateway's database cannot be written, it shows",
      "whether the chain's end was cut off since. --since-anchor looks only at what came after it. Exit code 1: the chain is broken.",
    ],
    flags: { anchor: text("anchor"), "since-anchor": yes("since_anchor") },
    say: ({ state, records, end, broken }) =>
      state === "intact"
        ? [`Intact: ${records} records`, ...(end === null ? [] : [`Anchor: ${end}`])].join("\n")
        : `Broken at record ${broken?.seq} (${broken?.how}): ${broken?.detail}\nBefore it ${records} records hold${end === null ? "" : `, up to ${end}`}`,
    exitCode: ({ state }) => (state === "intact" ? exitCodes.done : exitCodes.refused),
  }),
];

/** The names of what is different. */
function changed({ before, after }: AuditJson): string {
  if (before === null) return "made";
  if (after === null) return "removed";
  const [old, now] = [membersOf(before), membersOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name)).join(" ");
}

function membersOf(value: AuditJson["before"]): ReadonlyMap<string, string> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value).map(([name, member]) => [name, JSON.stringify(member)]) : []);
}
