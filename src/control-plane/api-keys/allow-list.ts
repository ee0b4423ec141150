/** Networks a key may be used from: checks and writes them in one canonical form, whatever spelling they came in. */
import ipaddr from "ipaddr.js";

export const maxNetworks = 100;

export type NetworksRead =
  | { readonly kind: "networks"; readonly networks: readonly string[] }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Single addresses and CIDR notation. IPv4 in IPv6's mapped form becomes IPv4. Sorted, each once. */
export function readNetworks(texts: readonly string[]): NetworksRead {
  if (texts.length === 0) return { kind: "refused", reasons: ["An empty allow-list would let nobody in; to let everybody in, leave it out."] };
  if (texts.length > maxNetworks) return { kind: "refused", reasons: [`An allow-list has at most ${maxNetworks} networks; there are ${texts.length}.`] };
  const read = texts.map(readNetwork);
  const reasons = read.flatMap((one) => ("reason" in one ? [one.reason] : []));
  if (reasons.length > 0) return { kind: "refused", reasons };
  return { kind: "networks", networks: [...new Set(read.flatMap((one) => ("network" in one ? [one.network] : [])))].sort() };
}

function readNetwork(text: string): { readonly network: string } | { readonly reason: string } {
  const shown = `"${text.slice(0, 60)}"`;
  const [, address = "", prefix] = /^([0-9A-Fa-f.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  // Spellings that only some programs take for addresses, such as 10.1 or 0x0a.0.0.1, are nobody's intention.
  const valid = address.includes(":") ? ipaddr.IPv6.isValid(address) : ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!valid) return { reason: `${shown} is neither an address nor a network such as 203.0.113.0/24 or 2001:db8::/32.` };
  const written = ipaddr.parse(address);
  const widest = written.kind() === "ipv4" ? 32 : 128;
  const bits = prefix === undefined ? widest : Number(prefix);
  if (bits > widest) return { reason: `${shown} has a prefix longer than an address.` };

  if (written instanceof ipaddr.IPv6 && written.isIPv4MappedAddress()) {
    if (bits < 96) return { reason: `${shown} covers more than the IPv4 addresses in IPv6's mapped form; name IPv4 networks as IPv4.` };
    return canonical(written.toIPv4Address(), bits - 96, shown);
  }
  return canonical(written, bits, shown);
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number, shown: string): { readonly network: string } | { readonly reason: string } {
  const network =
    address instanceof ipaddr.IPv6 ? ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`) : ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`);
  const text = `${network instanceof ipaddr.IPv6 ? network.toRFC5952String() : network.toString()}/${bits}`;
  // Taken as it stands, it would let in far more than the one address that somebody had in mind.
  if (network.toNormalizedString() !== address.toNormalizedString())
    return { reason: `${shown} is an address inside of the network ${text}; name the one or the other.` };
  return { network: text };
}
