/** Many commands in one request: each with a key of its own, each on its own, and an answer that tells of every one. */

import { type BatchOperation, maxBatchItems } from "#contract/operations.ts";
import { type JsonObject, type JsonValue, jsonPointer } from "#lib/json.ts";
import { Problem, type ProblemError } from "#lib/problems.ts";
import { authorize, lacking } from "./authorize.ts";
import { type AskedToWrite, jsonOf, perform, refuseParameters } from "./command.ts";
import { header, type PartnerResponse } from "./exchange.ts";
import { parseIdempotencyKey } from "./idempotency-key.ts";
import { parseIfMatch } from "./if-match.ts";
import { jsonOfCommand } from "./json-headers.ts";

/** One item as sent: `{ command, id?, idempotency_key, if_match?, body? }`. */
interface Item {
  readonly command: string;
  readonly id: string | undefined;
  readonly key: string;
  readonly ifMatch: string | undefined;
  readonly body: JsonValue | undefined;
}

/**
 * Runs the items one after the other, in order; an item that fails stops no other. Answers 200 with `{ summary, results }`,
 * `results[i]` being `{ status, headers, body }` of item i, exactly as a request of its own would have been answered.
 */
export async function batch(operation: BatchOperation, asked: AskedToWrite): Promise<PartnerResponse> {
  const { request, principal, context } = asked;
  const scopes = [...new Set(Object.values(operation.commands).map(({ scope }) => scope))];
  if (!scopes.some((scope) => principal.scopes.has(scope))) throw lacking(scopes.join(" "));
  refuseParameters(request.query);
  if (header(request, "idempotency-key") !== undefined)
    throw new Problem("idempotency-key-malformed", "In a batch each item carries a key of its own.", {
      errors: [{ header: "Idempotency-Key", code: "unsupported-header", detail: "Leave it out, and give each item an `idempotency_key`." }],
    });
  const bytes = await request.body();
  const items = itemsOf(operation, bytes === undefined ? undefined : jsonOf(bytes));
  await asked.raise(items.reduce((cost, item) => cost + (operation.commands[item.command]?.cost ?? 0), 0));

  const results: PartnerResponse[] = [];
  for (const item of items) results.push(await one(operation, item, asked));
  const counts = { total: results.length, succeeded: 0, failed: 0, replayed: 0 };
  for (const { status, headers } of results) {
    if (status < 400) counts.succeeded += 1;
    else counts.failed += 1;
    if (headers["Idempotency-Replayed"] !== undefined) counts.replayed += 1;
  }
  const written = results.map(({ status, headers, body }) => `{"status":${status},"headers":${JSON.stringify(shown(headers))},"body":${body ?? "null"}}`);
  return { status: 200, headers: jsonOfCommand, body: `{"summary":${JSON.stringify(counts)},"results":[${written.join(",")}]}` };

  async function one(of: BatchOperation, item: Item, asked: AskedToWrite): Promise<PartnerResponse> {
    try {
      const command = of.commands[item.command];
      if (command === undefined) throw new Error(`no command ${item.command}`);
      authorize(command, principal);
      const id = item.id ?? "";
      const key = parseIdempotencyKey(item.key, true);
      const path = command.path.replace("{id}", encodeURIComponent(id));
      return await perform({ operation: command, id, path, body: item.body, key, ifMatch: parseIfMatch(item.ifMatch) }, asked);
    } catch (error) {
      // As at the edge: whatever stops one item is its answer.
      const problem = error instanceof Problem ? error : new Problem("internal-error", "Something failed inside the gateway.", { cause: error });
      if (problem.status >= 500) context.report(problem);
      return context.render(problem);
    }
  }
}

/** Headers that mean something for one item. */
function shown({ "Content-Type": _, "Cache-Control": __, "Request-Id": ___, "X-Content-Type-Options": ____, ...headers }: Readonly<Record<string, string>>) {
  return headers;
}

const members = new Set(["command", "id", "idempotency_key", "if_match", "body"]);

/** Every item, or 422 with all that is wrong with their form: then none has been run. */
function itemsOf(operation: BatchOperation, body: JsonValue | undefined): readonly Item[] {
  const errors: ProblemError[] = [];
  const fault = (pointer: string, code: string, detail: string): void => {
    if (errors.length < 100) errors.push({ pointer, code, detail });
  };
  const list = isObject(body) ? body["items"] : undefined;
  const items: Item[] = [];
  if (!isObject(body)) fault("", "wrong-type", 'A batch is an object: {"items": [...]}.');
  else if (!Array.isArray(list)) fault("/items", list === undefined ? "required" : "wrong-type", "A list of commands.");
  else if (list.length === 0 || list.length > maxBatchItems) fault("/items", "out-of-range", `From 1 to ${maxBatchItems} commands.`);
  else list.forEach((item, index) => void items.push(itemOf(item, `/items/${index}`)));
  if (isObject(body))
    for (const member of Object.keys(body)) if (member !== "items") fault(jsonPointer([member]), "unknown-field", "A batch has `items` only.");
  if (errors.length > 0) throw new Problem("invalid-body", errors[0]?.detail ?? "This is no batch.", { errors });
  return items;

  function itemOf(item: JsonValue, at: string): Item {
    if (!isObject(item)) {
      fault(at, "wrong-type", "An object with `command`, `idempotency_key` and `body`.");
      return { command: "", id: undefined, key: "", ifMatch: undefined, body: undefined };
    }
    for (const member of Object.keys(item))
      if (!members.has(member)) fault(`${at}${jsonPointer([member])}`, "unknown-field", `An item has ${[...members].join(", ")}.`);
    const text = (member: string, required: boolean): string | undefined => {
      const value = item[member];
      if (typeof value === "string" && (value !== "" || !required)) return value;
      if (value !== undefined || required) fault(`${at}/${member}`, value === undefined ? "required" : "wrong-type", "A text.");
      return undefined;
    };
    const name = text("command", true) ?? "";
    const command = Object.hasOwn(operation.commands, name) ? operation.commands[name] : undefined;
    if (name !== "" && command === undefined) fault(`${at}/command`, "not-one-of", `One of ${Object.keys(operation.commands).join(", ")}.`);
    const id = text("id", command !== undefined && command.as !== "create");
    if (command?.as === "create" && id !== undefined) fault(`${at}/id`, "unknown-field", `${name} makes something new, which has no id yet.`);
    return { command: name, id, key: text("idempotency_key", true) ?? "", ifMatch: text("if_match", false), body: item["body"] };
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
