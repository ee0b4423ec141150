/** The commands over the control plane's verbs. */
import { auditCommands } from "./audit.ts";
import type { Command } from "./command.ts";
import { keyCommands } from "./key.ts";
import { limitCommands } from "./limit.ts";
import { commandsOnOperators } from "./operator.ts";
import { partnerCommands } from "./partner.ts";
import { usageCommands } from "./usage.ts";

export const operatorCommands: readonly Command[] = [
  // One a line, so that parts are added side by side.
  ...partnerCommands,
  ...keyCommands,
  ...commandsOnOperators,
  ...usageCommands,
  ...limitCommands,
  ...auditCommands,
];
