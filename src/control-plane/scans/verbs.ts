/** What can be done about scans. */
import type { Verb } from "../verb.ts";
import { scanConfirm } from "./confirm.ts";
import { scanList } from "./list.ts";
import { scanStart } from "./start.ts";

export const scanVerbs: readonly Verb[] = [scanList, scanStart, scanConfirm];
