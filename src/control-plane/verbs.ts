/** The one table of everything operators can do. The admin API, its document and the command line are made of it. */
import { keyVerbs } from "./api-keys/verbs.ts";
import { auditVerbs } from "./audit/verbs.ts";
import { deliveryVerbs } from "./deliveries/verbs.ts";
import { endpointVerbs } from "./endpoints/verbs.ts";
import { eventVerbs } from "./events/verbs.ts";
import { issuerVerbs } from "./issuers/verbs.ts";
import { limitVerbs } from "./limits/verbs.ts";
import { clientVerbs } from "./oauth-clients/verbs.ts";
import { operatorVerbs } from "./operators/verbs.ts";
import { partnerVerbs } from "./partners/verbs.ts";
import { scanVerbs } from "./scans/verbs.ts";
import { secretVerbs } from "./secrets/verbs.ts";
import { signingKeyVerbs } from "./signing-keys/verbs.ts";
import { usageVerbs } from "./usage/verbs.ts";
import type { Verb } from "./verb.ts";

/** Each noun's verbs stand in its own folder, in the order in which they are listed to people. */
const nouns: readonly (readonly Verb[])[] = [
  // One a line, so that parts are added side by side.
  partnerVerbs,
  keyVerbs,
  clientVerbs,
  issuerVerbs,
  signingKeyVerbs,
  secretVerbs,
  limitVerbs,
  endpointVerbs,
  deliveryVerbs,
  operatorVerbs,
  eventVerbs,
  usageVerbs,
  scanVerbs,
  auditVerbs,
];

/** By name. */
export const verbs: ReadonlyMap<string, Verb> = new Map(nouns.flat().map((verb) => [verb.name, verb]));
