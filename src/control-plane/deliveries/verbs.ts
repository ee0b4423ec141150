/** What can be done about deliveries. */
import type { Verb } from "../verb.ts";
import { deliveryAccount } from "./account.ts";
import { deliveryList } from "./list.ts";
import { deliveryResend } from "./resend.ts";
import { deliveryResendMany } from "./resend-many.ts";
import { deliveryShow } from "./show.ts";
import { deliverySkip } from "./skip.ts";

export const deliveryVerbs: readonly Verb[] = [deliveryAccount, deliveryList, deliveryShow, deliveryResend, deliveryResendMany, deliverySkip];
