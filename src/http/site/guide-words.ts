/** What the partners' guides speak of: a resource of this very API, and fields of it that can be asked for. */

import { commandKind } from "#contract/command.ts";
import type { Contract } from "#contract/contract.ts";
import { schemaAt, valueKind } from "#contract/model.ts";
import { days } from "#contract/openapi/headers.ts";
import type { ReceiptsKept } from "#contract/receipts-kept.ts";
import { type UsageKept, usageKept } from "#contract/usage-kept.ts";
import { writeWords } from "./write-words.ts";

/** Values for `{{name}}`; one that is absent has no example here, and takes the `{{#name}}` parts of a guide with it. */
export type GuideWords = Readonly<Record<string, string>>;

/** The words of the resource that has most to show. `hasTest`: whether there is a test environment to try things in. */
export function guideWords(
  contracts: readonly Contract[],
  hasTest: boolean,
  kept?: ReceiptsKept,
  { requestLogDays, eventDays }: UsageKept = usageKept,
): GuideWords {
  const all = contracts.filter(({ reads }) => reads.list !== undefined).map(wordsOf);
  const most = all.reduce<GuideWords>((best, words) => (Object.keys(words).length > Object.keys(best).length ? words : best), {});
  return {
    ...most,
    ...changeWords(contracts),
    ...writeWords(contracts, kept),
    ...eventWords(contracts, eventDays),
    requestLogDays: days(requestLogDays),
    environment: hasTest ? "test" : "live",
    ...(hasTest && { test: "test" }),
  };
}

/** An event that there can be. */
function eventWords(contracts: readonly Contract[], eventDays: number): GuideWords {
  const [eventType] = contracts.flatMap(({ events }) => Object.keys(events));
  return eventType === undefined ? {} : { eventType, eventDays: days(eventDays) };
}

/** Of the first resource whose fields can be changed, with what its contract shows of that. */
function changeWords(contracts: readonly Contract[]): GuideWords {
  for (const { name, commands, example } of contracts) {
    const update = Object.values(commands).find((promise) => commandKind(promise) === "update");
    const id: unknown = example?.["id"];
    if (update?.example === undefined || typeof id !== "string") continue;
    return { change: name, changeId: encodeURIComponent(id), changeBody: JSON.stringify(update.example), changeField: Object.keys(update.example)[0] ?? "" };
  }
  return {};
}

function wordsOf({ name, model, reads }: Contract): GuideWords {
  const filters = reads.list?.filter ?? [];
  const kindOf = (path: string) => {
    const schema = schemaAt(model, path);
    return schema && valueKind(schema);
  };
  const choice = filters.map((path) => ({ path, kind: kindOf(path) })).find(({ kind }) => kind?.kind === "choice");
  const choices = choice?.kind?.kind === "choice" ? choice.kind.values : [];
  const isDate = (path: string): boolean => ["date", "date-time"].includes(kindOf(path)?.kind ?? "");
  const sorts = reads.list?.sort ?? [];
  const words: Record<string, string | undefined> = {
    list: name,
    date: filters.find(isDate),
    sort: sorts.find(isDate) ?? sorts[0],
    expand: reads.list?.expand?.[0],
    field: choice?.path ?? filters[0] ?? Object.keys(model.shape).find((field) => field !== "id"),
    ...(choice !== undefined && { choice: choices[0], choices: choices.slice(0, 2).join(","), choiceField: choice.path }),
  };
  return Object.fromEntries(Object.entries(words).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Drops what lies between `{{#name}}` and `{{/name}}`, each on a line of its own, where there is no such word; and between `{{^name}}` and `{{/name}}` where there is. */
export function withoutAbsent(source: string, words: GuideWords): string {
  return source.replaceAll(/^\{\{([#^])(\w+)\}\}\n([\s\S]*?)^\{\{\/\2\}\}\n/gm, (_, mark: string, name: string, text: string) =>
    (words[name] !== undefined) === (mark === "#") ? text : "",
  );
}
