/** What can be done about API keys. */
import type { Verb } from "../verb.ts";
import { keyCreate } from "./create.ts";
import { keyList } from "./list.ts";
import { keyRevoke } from "./revoke.ts";

export const keyVerbs: readonly Verb[] = [keyCreate, keyList, keyRevoke];
