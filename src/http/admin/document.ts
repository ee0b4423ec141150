/** The OpenAPI 3.1 document of the admin API, made of the one table of verbs. It names no gateway: all have the same. */

import { z } from "zod";
import { problemErrors } from "#contract/openapi/problems.ts";
import { type Role, roles, type Verb } from "#control-plane/verb.ts";
import { type OperatorProblemCode, type ProblemCode, problemKind } from "#lib/problems.ts";

type Json = { [keyword: string]: unknown };

export function adminDocument(verbs: readonly Verb[]): string {
  const paths: Record<string, Json> = {};
  for (const verb of verbs) paths[verb.path] = { ...paths[verb.path], [verb.method.toLowerCase()]: operation(verb) };
  const document = {
    openapi: "3.1.1",
    info: { title: "Sluice Admin API", version: "1", description },
    servers: [{ url: "/", description: "Where this document was served" }],
    security: [{ operatorToken: [] }],
    tags: [...new Set(verbs.map(nounOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { operatorToken: { type: "http", scheme: "bearer", description: "An operator's token, `Authorization: Bearer slo_...`." } },
      headers: { RequestId: { description: "Names this request in the log and in audit records.", schema: { type: "string" } } },
      schemas: { Problem: problemSchema },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const meanings: Readonly<Record<Role, string>> = { viewer: "sees", operator: "also changes what partners may do", admin: "also decides who operates" };

const description = [
  "What operators can do, as the command line does it: `POST /admin/keys` is `sluice key create`.",
  `Every request carries an operator's token. Roles: ${roles.map((role) => `\`${role}\` ${meanings[role]}`).join(", ")}. Each change leaves an audit record that names the request.`,
].join("\n\n");

function nounOf({ name }: Verb): string {
  return name.split(".")[0] ?? name;
}

function operation(verb: Verb): Json {
  const input = schemaOf(verb.input, "input");
  const properties = members(input["properties"]);
  const required = Array.isArray(input["required"]) ? input["required"] : [];
  const inPath = [...verb.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const rest = Object.entries(properties).filter(([name]) => !inPath.includes(name));
  const query = verb.method === "GET" ? rest : [];
  const body = verb.method === "GET" ? [] : rest;
  const neededInBody = body.map(([name]) => name).filter((name) => required.includes(name));
  return {
    operationId: verb.name.replaceAll(/[.-]([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    tags: [nounOf(verb)],
    summary: verb.summary,
    description: `Needs the role \`${verb.role}\`. On the command line: \`sluice ${verb.name.replace(".", " ")}\`.`,
    "x-verb": verb.name,
    "x-role": verb.role,
    ...((inPath.length > 0 || query.length > 0) && {
      parameters: [
        ...inPath.map((name) => parameter(name, "path", true, properties[name] ?? { type: "string" })),
        ...query.map(([name, schema]) => parameter(name, "query", required.includes(name), schema)),
      ],
    }),
    ...(body.length > 0 && {
      requestBody: {
        required: neededInBody.length > 0,
        content: {
          "application/json": {
            schema: {
              type: "object",
              properties: Object.fromEntries(body),
              ...(neededInBody.length > 0 && { required: neededInBody }),
              additionalProperties: false,
            },
          },
        },
      },
    }),
    responses: {
      "200": {
        description: verb.shownOnce === undefined ? "Done" : `Done; \`${verb.shownOnce}\` is shown this once`,
        headers: { "Request-Id": { $ref: "#/components/headers/RequestId" } },
        content: { "application/json": { schema: schemaOf(verb.output, "output") } },
      },
      ...problemsOf(verb, inPath.length > 0),
    },
  };
}

function parameter(name: string, place: "path" | "query", required: boolean, schema: Json): Json {
  const { description: said, ...rest } = schema;
  return { name, in: place, ...(required && { required }), ...(said !== undefined && { description: said }), schema: rest };
}

/** By status, with the codes that can stand there. */
function problemsOf(verb: Verb, names: boolean): Json {
  const codes: readonly (ProblemCode | OperatorProblemCode)[] = [
    ...(["bad-request-line", "unknown-parameter", "unauthenticated", "insufficient-role", "not-acceptable", "uri-too-long"] as const),
    ...(verb.method === "GET"
      ? (["invalid-parameter", "unexpected-body"] as const)
      : (["malformed-body", "invalid-body", "unsupported-media-type", "body-too-large"] as const)),
    ...(names ? (["not-found", "invalid-parameter"] as const) : (["not-found"] as const)),
    ...(["refused", "gateway-unavailable", "internal-error"] as const),
  ];
  const statuses = [...new Set(codes.map((code) => problemKind(code).status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const here = [...new Set(codes.filter((code) => problemKind(code).status === status))];
      return [
        String(status),
        {
          description: here.map((code) => `\`${code}\`: ${problemKind(code).title}.`).join(" "),
          headers: { "Request-Id": { $ref: "#/components/headers/RequestId" } },
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      ];
    }),
  );
}

const problemSchema = {
  type: "object",
  description: "What went wrong (RFC 9457). `code` never changes its meaning; `detail` is for people.",
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string" },
    request_id: { type: "string" },
    errors: problemErrors,
  },
  required: ["type", "title", "status", "detail", "code", "request_id"],
};

/** JSON Schema (draft 2020-12). What is first made of a query's text is shown as what it is made to. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...made } = members(
    z.toJSONSchema(schema, {
      target: "draft-2020-12",
      io,
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema instanceof z.ZodPipe && zodSchema._zod.def.in instanceof z.ZodTransform)
          Object.assign(jsonSchema, z.toJSONSchema(zodSchema._zod.def.out, { target: "draft-2020-12", io, unrepresentable: "any" }), { $schema: undefined });
        // The pattern of a date says the same as its format, in two hundred characters.
        if (jsonSchema.format === "date" || jsonSchema.format === "date-time") delete jsonSchema.pattern;
      },
    }),
  );
  return made;
}

/** A JSON object's members; none of what is no object. */
function members(value: unknown): Record<string, Json> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
