/** What can be done about audit records: look at them. */
import type { Verb } from "../verb.ts";
import { auditList } from "./list.ts";
import { auditVerify } from "./verify-verb.ts";

export const auditVerbs: readonly Verb[] = [auditList, auditVerify];
