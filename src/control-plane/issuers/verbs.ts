/** What can be done about issuers of tokens. */
import type { Verb } from "../verb.ts";
import { issuerList } from "./list.ts";
import { issuerRemove } from "./remove.ts";
import { issuerTrust } from "./trust.ts";

export const issuerVerbs: readonly Verb[] = [issuerTrust, issuerList, issuerRemove];
