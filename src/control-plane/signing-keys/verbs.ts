/** What can be done about the keys that sign access tokens. */
import type { Verb } from "../verb.ts";
import { signingKeyList } from "./list.ts";
import { signingKeyRotate } from "./rotate.ts";

export const signingKeyVerbs: readonly Verb[] = [signingKeyList, signingKeyRotate];
