/** Partners as operators see them, and the parts of inputs that speak of partners. */
import { z } from "zod";
import type { Partner } from "./partner-records.ts";

/** In inputs: the partner's id, or its name whatever its case. */
export const partnerGiven = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: "The partner's id, or its name whatever its case.", examples: ["Alpine Stores"] });

const accountShape = z.object({
  environment: z.enum(["live", "test"]),
  account: z.string().meta({ description: "The partner's customer number in the ERP of that environment.", examples: ["C0000001"] }),
});

export const accountsGiven = z.array(accountShape).max(1_000);

export const partnerShape = z.object({
  id: z.string().meta({ examples: ["ptr_4fT0aZ91bQxy"] }),
  name: z.string(),
  state: z.enum(["active", "suspended"]),
  accounts: z.array(accountShape),
  note: z.string().nullable(),
  created_at: z.iso.datetime(),
  suspended_at: z.iso.datetime().nullable(),
});

export type PartnerJson = z.output<typeof partnerShape>;

export function partnerToJson({ id, name, accounts, note, createdAt, suspendedAt }: Partner): PartnerJson {
  return {
    id,
    name,
    state: suspendedAt === undefined ? "active" : "suspended",
    accounts: accounts.map(({ environment, account }) => ({ environment, account })),
    note: note ?? null,
    created_at: new Date(createdAt).toISOString(),
    suspended_at: suspendedAt === undefined ? null : new Date(suspendedAt).toISOString(),
  };
}

/** The subject of an audit record. */
export function partnerSubject({ id }: Pick<Partner, "id">): string {
  return `partner ${id}`;
}

export function noPartner(idOrName: string): string {
  return `There is no partner "${idOrName}".`;
}
