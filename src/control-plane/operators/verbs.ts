/** What can be done about operators. */
import type { Verb } from "../verb.ts";
import { operatorCreate } from "./create.ts";
import { operatorList } from "./list.ts";
import { operatorRevoke } from "./revoke.ts";

export const operatorVerbs: readonly Verb[] = [operatorCreate, operatorList, operatorRevoke];
