/** What can be asked about usage. */
import type { Verb } from "../verb.ts";
import { usageDeprecated } from "./deprecated.ts";
import { usageShow } from "./show.ts";

export const usageVerbs: readonly Verb[] = [usageShow, usageDeprecated];
