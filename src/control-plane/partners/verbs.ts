/** What can be done about partners. */
import type { Verb } from "../verb.ts";
import { partnerAddAccount } from "./add-account.ts";
import { partnerChange } from "./change.ts";
import { partnerCreate } from "./create.ts";
import { partnerList } from "./list.ts";
import { partnerRemove } from "./remove.ts";
import { partnerRemoveAccount } from "./remove-account.ts";
import { partnerResume } from "./resume.ts";
import { partnerShow } from "./show.ts";
import { partnerSuspend } from "./suspend.ts";

export const partnerVerbs: readonly Verb[] = [
  partnerCreate,
  partnerList,
  partnerShow,
  partnerChange,
  partnerAddAccount,
  partnerRemoveAccount,
  partnerSuspend,
  partnerResume,
  partnerRemove,
];
