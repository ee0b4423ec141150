/** Compares every answer with the served OpenAPI document: status, headers and body, with no property it does not name. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { problemKinds } from "#lib/problems.ts";
import { isRow, type Row } from "./public-values.ts";

export interface Answered {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What does not conform, in words; empty when all is well. */
export type Conformance = (answered: Answered) => readonly string[];

export function conformance(document: Row, url: string): Conformance {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addFormat("decimal", /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/);
  for (const keyword of ["x-owner", "x-scope", "x-conflict", "example", "discriminator"]) ajv.addKeyword(keyword);
  // Clients are told to expect new values; the gateway itself must send none that it has not declared.
  ajv.addKeyword({ keyword: "x-extensible-enum", validate: (known: readonly unknown[], value: unknown) => value === null || known.includes(value) });
  ajv.addSchema({ $id: "document", $defs: close(at(document, "components", "schemas")) });
  const validators = new Map<string, ValidateFunction>();
  const validate = (reference: string, value: unknown): readonly string[] => {
    const known = validators.get(reference) ?? ajv.compile({ $ref: `document${inSchemas(reference)}` });
    validators.set(reference, known);
    return known(value) ? [] : (known.errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  };

  return ({ method, target, status, headers, text }) => {
    const [path = "", query = ""] = target.split("?");
    const operation = operationAt(document, method, path);
    const declared = resolved(document, operation && at(operation, "responses", String(status)));
    const wrong = generalHeaders(method, status, headers);
    if (operation !== undefined && declared === undefined) wrong.push(`the document declares no ${status}`);
    if (status < 400) wrong.push(...undeclared(headers, declared));
    if (method === "HEAD" || status === 304 || status === 204) return text === "" ? wrong : [...wrong, "a body where none belongs"];
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return [...wrong, "the body is not JSON"];
    }
    if (status >= 400) return [...wrong, ...problem(status, headers, body, url, declared), ...validate("#/components/schemas/Problem", body)];
    if (headers.get("content-type") !== "application/json") wrong.push(`content type ${headers.get("content-type")}`);
    const schemas = schemasOf(at(declared, "content", "application/json", "schema"));
    // `fields` decides which of the two a read answers with; a write's answer may be either.
    const chosen = method === "GET" && schemas.length === 2 ? schemas.slice(/(?:^|&)fields=/.test(query) ? 1 : 0).slice(0, 1) : schemas;
    const faults = chosen.map((reference) => validate(reference, body));
    return [...wrong, ...(faults.some((found) => found.length === 0) ? [] : (faults[0] ?? ["no schema for this answer"]))];
  };
}

/** References to what a body may be. */
function schemasOf(schema: unknown): readonly string[] {
  const options = at(schema, "anyOf");
  return (Array.isArray(options) ? options : [schema]).map((option: unknown) => at(option, "$ref")).filter((reference) => typeof reference === "string");
}

function resolved(document: Row, response: unknown): unknown {
  const reference = at(response, "$ref");
  return typeof reference === "string" ? at(document, ...reference.slice(2).split("/")) : response;
}

/** Headers that mean something to a client, and that the document does not name. */
function undeclared(headers: Headers, declared: unknown): readonly string[] {
  const named = Object.keys(Object(at(declared, "headers"))).map((name) => name.toLowerCase());
  return ["etag", "location", "retry-after", "idempotency-replayed", "field-conflicts", "link", "ratelimit", "ratelimit-policy"]
    .filter((name) => headers.has(name) && !named.includes(name))
    .map((name) => `the document declares no ${name} here`);
}

function generalHeaders(method: string, status: number, headers: Headers): string[] {
  const wrong: string[] = [];
  if (!/^[0-9a-f-]{36}$/.test(headers.get("request-id") ?? "")) wrong.push("no Request-Id");
  if (headers.get("x-content-type-options") !== "nosniff") wrong.push("no nosniff");
  const caching = headers.get("cache-control");
  const isRead = method === "GET" || method === "HEAD";
  if (caching !== (status < 400 && isRead ? "private, no-cache" : "no-store")) wrong.push(`Cache-Control ${caching}`);
  if (status < 400 && !/^\d{4}-\d{2}-\d{2}$/.test(headers.get("api-version") ?? "")) wrong.push("no Api-Version");
  if (status < 400 && isRead && headers.get("vary") !== "Authorization, Api-Version") wrong.push(`Vary ${headers.get("vary")}`);
  if ((status === 503 || status === 429) && !/^\d+$/.test(headers.get("retry-after") ?? "")) wrong.push("no Retry-After");
  if (status === 401 && !headers.has("www-authenticate")) wrong.push("401 without WWW-Authenticate");
  if (status === 405 && !headers.has("allow")) wrong.push("405 without Allow");
  return wrong;
}

function problem(status: number, headers: Headers, body: unknown, url: string, declared: unknown): string[] {
  const wrong: string[] = [];
  if (headers.get("content-type") !== "application/problem+json") wrong.push(`content type ${headers.get("content-type")}`);
  if (!isRow(body)) return [...wrong, "no problem document"];
  const code = Object.entries(problemKinds).find(([name]) => name === body["code"]);
  if (code === undefined || code[1].status !== status || body["status"] !== status) wrong.push(`code ${String(body["code"])} with status ${status}`);
  const type =
    body["code"] === "quota-exceeded" ? "https://iana.org/assignments/http-problem-types#quota-exceeded" : `${url}/docs/errors#${String(body["code"])}`;
  if (body["type"] !== type) wrong.push(`type ${String(body["type"])}`);
  if (body["request_id"] !== headers.get("request-id")) wrong.push("request_id differs from Request-Id");
  const codes = isRow(declared) ? declared["x-codes"] : undefined;
  if (Array.isArray(codes) && !codes.includes(body["code"])) wrong.push(`the document declares no ${String(body["code"])} here`);
  return wrong;
}

/** Steps into nested objects. */
function at(from: unknown, ...names: readonly string[]): unknown {
  let here = from;
  for (const name of names) here = isRow(here) ? here[name] : undefined;
  return here;
}

/** The operation that a path means, if any; HEAD is answered as GET. */
function operationAt(document: Row, method: string, path: string): unknown {
  const asked = (method === "HEAD" ? "GET" : method).toLowerCase();
  const fits = (template: string): boolean => new RegExp(`^${template.replaceAll("{id}", "[^/]+")}$`).test(path);
  const templates = Object.keys(Object(at(document, "paths"))).filter(fits);
  // What is spelt out wins: `/v1/orders/batch` is no order.
  return templates
    .sort((a, b) => Number(a.includes("{")) - Number(b.includes("{")))
    .map((template) => at(document, "paths", template, asked))
    .find((found) => found !== undefined);
}

/** Where a component stands once the document's schemas are a JSON Schema of their own. */
function inSchemas(reference: string): string {
  return reference.replace("#/components/schemas/", "#/$defs/");
}

/** The document's schemas with every object closed, so that a property that is not declared is an error. */
function close(value: unknown): unknown {
  if (typeof value === "string") return inSchemas(value);
  if (Array.isArray(value)) return value.map(close);
  if (!isRow(value)) return value;
  const closed = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, close(inner)]));
  return isRow(value["properties"]) && value["additionalProperties"] === undefined ? { ...closed, additionalProperties: false } : closed;
}
