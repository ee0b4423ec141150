/** Lists what was changed, by whom. */
import { z } from "zod";
import { pageFrom, pageOf, pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import type { AuditRecord } from "./audit-records.ts";

const auditShape = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  verb: z.string(),
  subject: z.string(),
  before: z.json(),
  after: z.json(),
  request_id: z.string().nullable(),
  hash: z.string(),
});

export type AuditJson = z.output<typeof auditShape>;

const filter = z.string().min(1).max(200).optional();

export const auditList = defineVerb({
  name: "audit.list",
  summary: "List what was changed and by whom, newest first",
  role: "viewer",
  method: "GET",
  path: "/admin/audit",
  input: z.object({
    verb: filter.meta({ examples: ["key.revoke"] }),
    subject: filter.meta({ examples: ["key 4fT0aZ91bQxy"] }),
    actor: filter.meta({ description: "Name or id of who did it." }),
    after: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, "Takes `next` of the page before.")
      .optional()
      .meta({ description: "`next` of the page before." }),
    limit: pageSize,
  }),
  output: pageOf(auditShape),
  run: async ({ records }, { after, limit, ...wanted }) => {
    const rows = await records.audit.list(wanted, after === undefined ? undefined : Number(after), limit + 1);
    return { kind: "done", value: pageFrom(rows, limit, auditToJson, ({ seq }) => String(seq)) };
  },
});

function auditToJson(record: AuditRecord): AuditJson {
  const { seq, actor, verb, subject, before, after } = record;
  return {
    ...{ seq, at: new Date(record.at).toISOString(), actor, verb, subject },
    // The schema of JSON values is of lists and objects that can be changed; these are nobody else's.
    ...{ before: structuredClone(before) as AuditJson["before"], after: structuredClone(after) as AuditJson["after"] },
    ...{ request_id: record.requestId ?? null, hash: Buffer.from(record.hash).toString("hex") },
  };
}
