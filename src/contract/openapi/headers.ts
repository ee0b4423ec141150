/** The headers that answers carry, and requests of writes bring. */

import type { ReceiptsKept } from "../receipts-kept.ts";
import type { JsonSchema } from "./json-schema.ts";

export const sharedHeaders = {
  ApiVersion: { description: "The contract version of this answer.", schema: { type: "string", format: "date" } },
  RequestId: { description: "Names this request in the operator's log.", schema: { type: "string" } },
  ETag: { description: "Names this state of the record. It changes whenever anything the API knows of the record changes.", schema: { type: "string" } },
  RateLimitPolicy: {
    description:
      "What your plan allows, a policy each: `q` units in any `w` seconds, or `q` requests at once. A list of RFC 9651. Absent where nothing is limited. [Limits](/docs/guides/limits) says more.",
    schema: { type: "string", examples: ['"burst";q=100;w=10, "inflight";q=20;qu="concurrent-requests"'] },
  },
  RateLimit: {
    description: "What is left of each policy: no more than `r` units may be used within `t` seconds. A list of RFC 9651.",
    schema: { type: "string", examples: ['"burst";r=57;t=1'] },
  },
  ApiKeyExpires: {
    description:
      "In the two weeks before the key of the request ends: when, as a Date of RFC 9651 (seconds since 1970), and with `help` a page that says what to do. Absent without such.",
    schema: { type: "string", examples: ['@1798761599;help="https://api.example.com/docs/guides/authentication#keys-that-end"'] },
  },
  RetryAfter: { description: "Seconds to wait before the next try; in planned maintenance, until it ends.", schema: { type: "integer" } },
} as const satisfies JsonSchema;

/** Of documents in which something can be written. */
export const sharedWriteHeaders = {
  Location: { description: "The path of what was made.", schema: { type: "string" } },
  OperationLocation: { description: "The path of the operation to ask.", schema: { type: "string" } },
  IdempotencyReplayed: {
    description: "`true`: the request had been done before, and this is the answer it got then, to the byte.",
    schema: { type: "string", const: "true" },
  },
  FieldConflicts: {
    description:
      "Fields that had been changed by the other side as well, each with the contract's rule and whose value stands now (`erp`, `partner` or `parked`): a list of RFC 9651. Absent without such.",
    schema: { type: "string", examples: ["requested_on;rule=partner-wins;outcome=partner"] },
  },
} as const satisfies JsonSchema;

type Shared = keyof typeof sharedHeaders | keyof typeof sharedWriteHeaders;

function named(name: Shared): JsonSchema {
  return { $ref: `#/components/headers/${name}` };
}

/** Of every answer to a caller that is known. */
export const limitHeaders: JsonSchema = { "RateLimit-Policy": named("RateLimitPolicy"), RateLimit: named("RateLimit") };

/** Headers of an answer, by what each is called on the wire. */
export function headers(further: Readonly<Record<string, Shared>> = {}): JsonSchema {
  return {
    "Api-Version": named("ApiVersion"),
    "Request-Id": named("RequestId"),
    ...limitHeaders,
    "Api-Key-Expires": named("ApiKeyExpires"),
    ...Object.fromEntries(Object.entries(further).map(([header, name]) => [header, named(name)])),
  };
}

export function headerOf(name: Shared): JsonSchema {
  return named(name);
}

/** An Idempotency-Key as documents show one. Whoever shows a document puts a new one in its place. */
export const exampleKey = "8e03978e-40d5-43dd-bc93-6894a57f9324";

/** Request headers of writes. */
export function writeParameters(kept: ReceiptsKept): JsonSchema {
  const key =
    "Names this request for good, so that it takes effect once however often it is sent: a key of your own, such as a UUID. " +
    "16 to 255 characters, as a quoted string (RFC 9651); the quotes may be left out of letters, digits and `-._~:+/=`. " +
    `Its answer is kept for ${days(kept.bodyDays)} and sent again to a repetition; for ${days(kept.tombstoneDays)} the key is known as used.`;
  const match = "The ETag that you read: the request changes that state and no other.";
  const header = (name: string, required: boolean, description: string, example?: string): JsonSchema => ({
    name,
    in: "header",
    ...(required && { required }),
    description,
    schema: { type: "string" },
    ...(example !== undefined && { example }),
  });
  return {
    IdempotencyKeyRequired: header("Idempotency-Key", true, key, exampleKey),
    IdempotencyKey: header("Idempotency-Key", false, `${key} Without one, a repetition is a request of its own.`),
    IfMatchRequired: header("If-Match", true, `${match} \`*\` changes whatever is there.`, "*"),
    IfMatch: header("If-Match", false, `${match} Without it, as with \`*\`, whatever is there is changed.`),
  };
}

export function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}
