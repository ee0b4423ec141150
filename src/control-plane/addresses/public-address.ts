/** Whether an address belongs to the internet at large: nothing inside a network, of a machine itself, or translated into either. */
import ipaddr from "ipaddr.js";

/** False for what is no address, and for every range that is set aside (IANA's special-purpose registries). */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  return ipaddr.process(text).range() === "unicast";
}
