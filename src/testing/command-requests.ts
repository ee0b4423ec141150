/** Requests of commands as the suite sends them: a contract's own examples, about things that the suite's partners have. */
import { randomUUID } from "node:crypto";
import { needsIfMatch } from "#contract/command.ts";
import { type CommandOperation, operationsOf } from "#contract/operations.ts";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { Who } from "./project.ts";
import { idOf, isRow, type Row } from "./public-values.ts";
import { type Answer, codeOf, errorsOf, sample, type World } from "./world.ts";

export interface CommandRequest {
  readonly method: CommandOperation["method"];
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Row | undefined;
  /** In place of `body`, as it is. */
  readonly text?: string;
}

/** A request that was carried out, and its answer. */
export interface CarriedOut {
  readonly request: CommandRequest;
  readonly answer: Answer;
}

export function commandsOf(resource: BoundResource): readonly CommandOperation[] {
  return operationsOf(resource.contract).filter((operation) => operation.kind === "command");
}

/** Whether an example says how to carry it out; a command without input needs none. */
export function hasExample({ promise }: CommandOperation): boolean {
  return promise.input === undefined || promise.example !== undefined;
}

/** The command on `id`, with a key of its own and for whatever state is there. */
export function requestFor({ method, path, promise, as }: CommandOperation, id: string, body: Row | undefined): CommandRequest {
  return {
    method,
    target: path.replace("{id}", encodeURIComponent(id)),
    headers: { "Idempotency-Key": randomUUID(), ...(as !== "create" && needsIfMatch(promise) && { "If-Match": "*" }) },
    body,
  };
}

export function withHeaders(request: CommandRequest, headers: Readonly<Record<string, string | undefined>>): CommandRequest {
  const all = Object.entries({ ...request.headers, ...headers }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...request, headers: Object.fromEntries(all) };
}

export function send({ ask }: World, { target, ...request }: CommandRequest, key: string | null): Promise<Answer> {
  return ask(target, { key, ...request });
}

/** How often the example is tried with other things before the suite says that it cannot be carried out. */
const attempts = 25;

/**
 * Carries the command out for the first partner: as the example says, with ids in it that are the partner's own, by a key with
 * every scope unless they are given. Fails with what the example itself came to.
 */
export async function carryOut(
  world: World,
  resource: BoundResource,
  operation: CommandOperation,
  environment: Environment,
  scopes?: readonly string[],
): Promise<CarriedOut> {
  const token = await world.key("first", environment, scopes);
  let first: Answer | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const id = operation.as === "create" ? "" : await subject(world, resource, environment, attempt);
    if (id === undefined) break;
    const request = requestFor(operation, id, await exampleFor(world, resource, operation, environment, attempt));
    const answer = await send(world, request, token);
    if (answer.status < 300) return { request, answer };
    first ??= answer;
  }
  const why = first === undefined ? "the first partner has nothing that it could be tried on" : reasonOf(world, first);
  throw new Error(
    `${operation.id} could not be carried out in the ${environment} environment (${why}). Give the command an example, or the suite's first partner an account, for which it can.`,
  );
}

/** What the partner was told, and what the operator was where the partner is told nothing. */
function reasonOf(world: World, answer: Answer): string {
  const told = errorsOf(answer).map(({ detail }) => String(detail));
  const { request_id: id } = isRow(answer.body) ? answer.body : {};
  const logged =
    answer.status < 500
      ? []
      : world.gateway
          .log()
          .split("\n")
          .filter((line) => line.includes(String(id)));
  return [String(codeOf(answer)), ...told, ...logged].join(": ");
}

/** Something of the first partner's to try a command on: made for it where the contract can, else what is there. */
async function subject(world: World, resource: BoundResource, environment: Environment, attempt: number): Promise<string | undefined> {
  const create = commandsOf(resource).find((operation) => operation.as === "create" && operation.promise.answers === undefined && hasExample(operation));
  if (create !== undefined && attempt === 0) {
    const { answer } = await carryOut(world, resource, create, environment);
    if (isRow(answer.body)) return idOf(answer.body);
  }
  const row = sample([...(await world.rows(resource.contract, "first", environment))].reverse(), attempts)[attempt];
  return row && idOf(row);
}

/** The example with ids of the partner's own; each attempt takes others. */
async function exampleFor(
  world: World,
  resource: BoundResource,
  operation: CommandOperation,
  environment: Environment,
  attempt: number,
): Promise<Row | undefined> {
  const { example } = operation.promise;
  if (example === undefined) return undefined;
  const body = await ownIds(world, resource.binding.fields, example, environment, attempt);
  return renumbered(resource, body);
}

/** The same with a number of its own, where the partner's number of a document cannot be the same twice. */
export function renumbered({ binding: { naturalKey } }: BoundResource, body: Row): Row {
  if (naturalKey === undefined || typeof body[naturalKey] !== "string") return body;
  return { ...body, [naturalKey]: randomUUID().slice(0, Math.max(8, String(body[naturalKey]).length)) };
}

async function ownIds(world: World, fields: Readonly<Record<string, AnyConversion>>, values: Row, environment: Environment, attempt: number): Promise<Row> {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const conversion = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const [target] = conversion?.refersTo ?? [];
    const inner =
      conversion?.children?.fields ?? Object.fromEntries(Object.entries(conversion?.parts ?? {}).map(([member, part]) => [member, part.conversion]));
    if (target !== undefined && typeof value === "string") own[name] = await ownId(world, target, value, environment, attempt);
    else if (Array.isArray(value))
      own[name] = await Promise.all(
        value.map((item: unknown, at) => (isRow(item) ? ownIds(world, inner, item, environment, attempt === 0 ? 0 : attempt + at) : item)),
      );
    else own[name] = isRow(value) ? await ownIds(world, inner, value, environment, attempt) : value;
  }
  return own;
}

/** The id as it is, where the partner sees such a thing and this is the first attempt. */
async function ownId(world: World, resource: string, id: string, environment: Environment, attempt: number): Promise<string> {
  const contract = world.project.definition.contracts.find(({ name }) => name === resource);
  if (contract?.reads.list === undefined) return id;
  const ids = (await world.rows(contract, "first", environment)).map(idOf);
  return (attempt === 0 && ids.includes(id)) || ids.length === 0 ? id : (ids[attempt % ids.length] ?? id);
}

/** The ids that a partner has in a resource now; what `rows` knows may be older. */
export async function idsNow(world: World, { contract }: BoundResource, who: Who, environment: Environment): Promise<ReadonlySet<string>> {
  return new Set((await world.walk(contract, { fields: "id" }, await world.key(who, environment))).map(idOf));
}

/** Another body that the command takes: no repetition of this one. Undefined where the suite knows of none. */
export function anotherBody({ binding: { naturalKey } }: BoundResource, { promise: { input } }: CommandOperation, body: Row | undefined): Row | undefined {
  if (input === undefined || body === undefined) return undefined;
  // One member less is more likely to make sense to a binding than another value.
  // The number of a document may be asked for where the contract leaves it out.
  const optional = Object.keys(body).filter((name) => name !== naturalKey);
  const less = optional.map((name) => Object.fromEntries(Object.entries(body).filter(([member]) => member !== name)));
  const others = Object.entries(body).flatMap(([name, value]) => {
    const values = typeof value === "string" ? [value.replace(/.$/, value.endsWith("1") ? "2" : "1"), ...choicesOf(input.shape[name])] : [];
    return values.filter((other) => other !== value).map((other) => ({ ...body, [name]: other }));
  });
  return [...less, ...others].find((candidate) => input.safeParse(candidate).success);
}

function choicesOf(schema: unknown): readonly string[] {
  const options = typeof schema === "object" && schema !== null ? Reflect.get(schema, "options") : undefined;
  return Array.isArray(options) ? options.filter((option) => typeof option === "string") : [];
}
