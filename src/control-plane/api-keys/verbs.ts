/** What can be done about API keys. */
import type { Verb } from "../verb.ts";
import { keyChange } from "./change.ts";
import { keyCreate } from "./create.ts";
import { keyExpire } from "./expire.ts";
import { keyList } from "./list.ts";
import { keyResume } from "./resume.ts";
import { keyRevoke } from "./revoke.ts";
import { keyRotate } from "./rotate.ts";
import { keyShow } from "./show.ts";
import { keySuspend } from "./suspend.ts";

export const keyVerbs: readonly Verb[] = [keyCreate, keyList, keyShow, keyRotate, keyExpire, keyChange, keySuspend, keyResume, keyRevoke];
