/** Lists the API keys there are, without anything secret. */
import type { PartnerRecords } from "../partners/partner-records.ts";
import type { ApiKey, KeyRegister } from "./key-records.ts";

export type KeysListed = { readonly kind: "listed"; readonly keys: readonly ApiKey[] } | { readonly kind: "refused"; readonly reasons: readonly string[] };

export interface ListKeysPorts {
  readonly partners: Pick<PartnerRecords, "find">;
  readonly keys: Pick<KeyRegister, "list">;
}

/** All keys, or those of one partner given by id or name; newest first. */
export async function listKeys(ports: ListKeysPorts, idOrName?: string): Promise<KeysListed> {
  if (idOrName === undefined) return { kind: "listed", keys: await ports.keys.list() };
  const partner = await ports.partners.find(idOrName);
  if (!partner) return { kind: "refused", reasons: [`There is no partner "${idOrName}".`] };
  return { kind: "listed", keys: await ports.keys.list(partner.id) };
}
