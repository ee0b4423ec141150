/** What can be done about webhook endpoints. */
import type { Verb } from "../verb.ts";
import { endpointCreate } from "./create.ts";
import { endpointDelete } from "./delete.ts";
import { endpointList } from "./list.ts";
import { endpointResume } from "./resume.ts";
import { endpointRotateSecret } from "./rotate-secret.ts";
import { endpointShow } from "./show.ts";
import { endpointSuspend } from "./suspend.ts";
import { endpointTest } from "./test.ts";
import { endpointUpdate } from "./update.ts";
import { endpointVerify } from "./verify.ts";

export const endpointVerbs: readonly Verb[] = [
  endpointCreate,
  endpointList,
  endpointShow,
  endpointUpdate,
  endpointVerify,
  endpointTest,
  endpointRotateSecret,
  endpointSuspend,
  endpointResume,
  endpointDelete,
];
