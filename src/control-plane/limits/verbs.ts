/** What can be done about limits. */
import type { Verb } from "../verb.ts";
import { limitAssign } from "./assign.ts";
import { limitCreate } from "./create.ts";
import { limitList } from "./list.ts";
import { limitOverride } from "./override.ts";
import { limitRemove } from "./remove.ts";
import { limitShow } from "./show.ts";
import { limitUpdate } from "./update.ts";

export const limitVerbs: readonly Verb[] = [limitCreate, limitList, limitShow, limitUpdate, limitRemove, limitAssign, limitOverride];
