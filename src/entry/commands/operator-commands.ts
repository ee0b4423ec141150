/** The commands over the control plane's verbs. */
import { auditCommands } from "./audit.ts";
import { clientCommands } from "./client.ts";
import type { Command } from "./command.ts";
import { deliveryCommands } from "./delivery.ts";
import { endpointCommands } from "./endpoint.ts";
import { eventCommands } from "./event.ts";
import { issuerCommands } from "./issuer.ts";
import { keyCommands } from "./key.ts";
import { limitCommands } from "./limit.ts";
import { commandsOnOperators } from "./operator.ts";
import { partnerCommands } from "./partner.ts";
import { scanCommands } from "./scan.ts";
import { secretCommands } from "./secret.ts";
import { signingKeyCommands } from "./signing-key.ts";
import { usageCommands } from "./usage.ts";

export const operatorCommands: readonly Command[] = [
  // One a line, so that parts are added side by side.
  ...partnerCommands,
  ...keyCommands,
  ...limitCommands,
  ...clientCommands,
  ...issuerCommands,
  ...signingKeyCommands,
  ...secretCommands,
  ...endpointCommands,
  ...deliveryCommands,
  ...commandsOnOperators,
  ...eventCommands,
  ...usageCommands,
  ...scanCommands,
  ...auditCommands,
];
