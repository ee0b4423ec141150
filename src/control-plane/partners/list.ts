/** Lists the partners with their accounts. */
import type { Partner, PartnerRecords } from "./partner-records.ts";

/** By name. */
export function listPartners(partners: PartnerRecords): Promise<Partner[]> {
  return partners.list();
}
