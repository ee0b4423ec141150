/** What can be done about partners. */
import type { Verb } from "../verb.ts";
import { partnerAddAccount } from "./add-account.ts";
import { partnerCreate } from "./create.ts";
import { partnerList } from "./list.ts";

export const partnerVerbs: readonly Verb[] = [partnerCreate, partnerList, partnerAddAccount];
