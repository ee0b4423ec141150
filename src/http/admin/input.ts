/** The input of a verb, gathered from where a request has it: path, query of a GET, body of the others. */

import type { Verb } from "#control-plane/verb.ts";
import type { JsonObject, JsonValue } from "#lib/json.ts";
import { Problem } from "#lib/problems.ts";
import type { PartnerRequest } from "#pipeline/exchange.ts";
import { parseQuery } from "#pipeline/query-string.ts";
import { parseStrictJson } from "#pipeline/strict-json.ts";

/** Throws 400 for what stands in two places, or where it is not looked for. */
export async function inputOf(verb: Verb, parameters: ReadonlyMap<string, string>, request: PartnerRequest): Promise<JsonObject> {
  const query = parseQuery(request.query);
  const [stray] = verb.method === "GET" ? [...query.keys()].filter((name) => parameters.has(name)) : query.keys();
  if (stray !== undefined) {
    const parameter = stray.slice(0, 100);
    const detail = verb.method === "GET" ? `${parameter} stands in the path.` : "This operation takes its input as a body.";
    throw new Problem("unknown-parameter", detail, { errors: [{ parameter, code: "unknown-parameter", detail }] });
  }
  const given = verb.method === "GET" ? objectOf([...query]) : await bodyOf(request);
  const [twice] = [...parameters.keys()].filter((name) => Object.hasOwn(given, name));
  if (twice !== undefined) {
    const detail = `${twice} stands in the path.`;
    throw new Problem("invalid-body", detail, { errors: [{ pointer: `/${twice}`, code: "unknown-field", detail }] });
  }
  return objectOf([...Object.entries(given), ...parameters]);
}

async function bodyOf(request: PartnerRequest): Promise<JsonObject> {
  const bytes = await request.body();
  if (bytes === undefined) return {};
  const parsed = parseStrictJson(bytes);
  if (parsed.kind === "refused") throw new Problem("malformed-body", parsed.errors[0]?.detail ?? "The body is no JSON.", { errors: parsed.errors });
  if (isObject(parsed.value)) return parsed.value;
  const detail = "The body has to be a JSON object.";
  throw new Problem("invalid-body", detail, { errors: [{ pointer: "", code: "wrong-type", detail }] });
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without a prototype: no name means more than its member. */
function objectOf(entries: readonly (readonly [name: string, value: JsonValue])[]): JsonObject {
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
}
