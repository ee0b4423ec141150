/** A small but complete OpenAPI 3.1 document with the features that the generated ones have. */

import { securitySchemeName } from "../../../src/http/site/reference-page.ts";

export function openApiDocument(url: string, version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Meridian Wholesale partner API",
      version,
      description: "Read what is yours in the system that runs our warehouses.\n\nSend your key as `Authorization: Bearer <key>`.",
    },
    servers: [{ url }],
    security: [{ [securitySchemeName]: [] }],
    tags: [{ name: "widgets", description: "Things that can be turned." }],
    paths: {
      "/v1/widgets": {
        get: {
          tags: ["widgets"],
          operationId: "listWidgets",
          summary: "List widgets",
          description: "All widgets of your accounts, a page at a time. Needs the scope `widgets:read`.",
          parameters: [
            parameter("query", "limit", "Records per page.", { type: "integer", minimum: 1, maximum: 200, default: 50 }),
            parameter("query", "cursor", "The `next_cursor` of the page before.", { type: "string" }),
            parameter("query", "status", "Any of these, separated by commas.", { type: "string", examples: ["open,shipped"] }),
            parameter("query", "placed_at[gte]", "At or after this time.", { type: "string", format: "date-time" }),
            parameter("header", "Api-Version", "The contract version to answer in.", { type: "string", enum: [version] }),
          ],
          responses: {
            "200": { description: "A page of widgets.", content: { "application/json": { schema: { $ref: "#/components/schemas/WidgetList" } } } },
            "401": { description: "No valid API key.", content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } },
          },
        },
      },
    },
    components: {
      securitySchemes: { [securitySchemeName]: { type: "http", scheme: "bearer", description: "An API key, `slc_test_...` or `slc_live_...`." } },
      schemas: {
        Widget: {
          type: "object",
          required: ["id", "name", "price"],
          properties: {
            id: { type: "string", description: "Opaque." },
            name: { type: "string" },
            price: {
              type: "object",
              required: ["amount", "currency"],
              properties: { amount: { type: "string", examples: ["12.50"] }, currency: { type: "string", examples: ["EUR"] } },
            },
          },
        },
        WidgetList: {
          type: "object",
          required: ["data", "next_cursor"],
          properties: { data: { type: "array", items: { $ref: "#/components/schemas/Widget" } }, next_cursor: { type: ["string", "null"] } },
        },
        Problem: {
          type: "object",
          required: ["type", "title", "status", "code"],
          properties: { type: { type: "string" }, title: { type: "string" }, status: { type: "integer" }, code: { type: "string" } },
        },
      },
    },
  };
}

function parameter(place: "query" | "header", name: string, description: string, schema: object): object {
  return { in: place, name, description, required: false, schema };
}
