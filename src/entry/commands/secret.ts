/** `sluice secret ...`: secrets at rest. */
import { secretRewrap as rewrap } from "#control-plane/secrets/rewrap.ts";
import { type Command, exitCodes, table } from "./command.ts";
import { whole } from "./flags.ts";
import { verbCommand } from "./verb-command.ts";

const secretRewrap = verbCommand(rewrap, {
  usage: [
    "[--limit <number>]",
    "After SLUICE_SECRET was changed: once nothing is left under another secret, that may be taken out of SLUICE_PREVIOUS_SECRETS.",
    "May be interrupted, repeated, and run beside gateways at work. --limit 0 only counts. Ends with 1 while something is left.",
  ],
  flags: { limit: whole("limit") },
  say: ({ rewrapped, unreadable, under }, terminal) => {
    if (unreadable > 0) terminal.complain(`${unreadable} could not be read: they were tampered with, or moved from another row.`);
    const counts = table(
      ["SECRET", "IS", "AT REST"],
      under.map(({ key, is, secrets }) => [key, is, String(secrets)]),
    );
    return `Wrapped ${rewrapped} anew.\n${under.length === 0 ? "There are no secrets at rest." : counts}`;
  },
  exitCode: ({ under }) => (under.every(({ is }) => is === "current") ? exitCodes.done : exitCodes.refused),
});

export const secretCommands: readonly Command[] = [secretRewrap];
