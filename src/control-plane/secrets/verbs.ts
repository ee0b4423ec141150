/** What can be done about secrets at rest. */
import type { Verb } from "../verb.ts";
import { secretRewrap } from "./rewrap.ts";

export const secretVerbs: readonly Verb[] = [secretRewrap];
