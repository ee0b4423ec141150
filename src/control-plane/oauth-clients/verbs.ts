/** What can be done about OAuth clients. */
import type { Verb } from "../verb.ts";
import { clientChange } from "./change.ts";
import { clientCreate } from "./create.ts";
import { clientList } from "./list.ts";
import { clientResume } from "./resume.ts";
import { clientRevoke } from "./revoke.ts";
import { clientRotateSecret } from "./rotate-secret.ts";
import { clientSetKeys } from "./set-keys.ts";
import { clientShow } from "./show.ts";
import { clientSuspend } from "./suspend.ts";

export const clientVerbs: readonly Verb[] = [
  clientCreate,
  clientList,
  clientShow,
  clientRotateSecret,
  clientSetKeys,
  clientChange,
  clientSuspend,
  clientResume,
  clientRevoke,
];
