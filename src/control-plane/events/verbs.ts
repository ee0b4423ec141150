/** What can be asked about events. */
import type { Verb } from "../verb.ts";
import { eventLag } from "./lag.ts";
import { eventList } from "./list.ts";
import { eventShow } from "./show.ts";

export const eventVerbs: readonly Verb[] = [eventList, eventShow, eventLag];
