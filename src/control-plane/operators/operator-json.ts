/** Operators as other operators see them. */
import { z } from "zod";
import { roles } from "../verb.ts";
import type { Operator } from "./operator-records.ts";

export const operatorShape = z.object({
  id: z.string().meta({ examples: ["opr_4fT0aZ91bQxy"] }),
  name: z.string(),
  role: z.enum(roles),
  state: z.enum(["active", "expired", "revoked"]),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable().meta({ description: "To the minute." }),
});

export type OperatorJson = z.output<typeof operatorShape>;

export function operatorToJson(operator: Operator, now: number): OperatorJson {
  const { id, name, role, createdAt, expiresAt, revokedAt, lastUsedAt } = operator;
  return {
    id,
    name,
    role,
    state: revokedAt !== undefined ? "revoked" : expiresAt !== undefined && now >= expiresAt ? "expired" : "active",
    created_at: textOf(createdAt),
    expires_at: expiresAt === undefined ? null : textOf(expiresAt),
    revoked_at: revokedAt === undefined ? null : textOf(revokedAt),
    last_used_at: lastUsedAt === undefined ? null : textOf(lastUsedAt),
  };
}

/** The subject of an audit record. */
export function operatorSubject({ id }: Pick<Operator, "id">): string {
  return `operator ${id}`;
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}
