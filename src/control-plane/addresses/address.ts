/** Addresses of clients and ranges of them: read strictly, compared as numbers, written in one way each. */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** All addresses that share the first `bits` bits. */
export interface AddressRange {
  readonly network: Address;
  readonly bits: number;
}

/**
 * The canonical text (RFC 5952): IPv4 in four decimal numbers, an IPv4 address mapped into IPv6 (`::ffff:1.2.3.4`) as that
 * IPv4 address, zones dropped. Undefined for anything else, such as octets in octal (`010.0.0.1`), which servers read differently.
 */
export function canonicalAddress(text: string): string | undefined {
  const address = parse(text);
  return address && written(address);
}

/**
 * A range in CIDR notation (`192.0.2.0/24`, `2001:db8::/32`), or a single address. One of IPv4 addresses mapped into IPv6 is
 * the range of those; bits behind the prefix are dropped. Undefined for anything else.
 */
export function parseRange(text: string): AddressRange | undefined {
  const [, base = "", prefix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const parsed = parsePlain(base);
  if (parsed === undefined) return undefined;
  const width = parsed.kind() === "ipv4" ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  if (bits > width) return undefined;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= mappedBits) return { network: parsed.toIPv4Address(), bits: bits - mappedBits };
  return { network: parsed, bits };
}

/** The range in canonical text. */
export function writeRange({ network, bits }: AddressRange): string {
  const bytes = network.toByteArray().map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))));
  return `${written(ipaddr.fromByteArray(bytes))}/${bits}`;
}

/** Whether one of the ranges holds the address, given in any form. No range holds what is no address. */
export function isWithin(text: string, ranges: readonly AddressRange[]): boolean {
  const address = parse(text);
  return address !== undefined && ranges.some(({ network, bits }) => network.kind() === address.kind() && address.match([network, bits]));
}

/** Whom to hold responsible: an IPv4 address, and of IPv6 the /64, since whoever has one address there usually has all. */
export function responsibleNetwork(text: string): string | undefined {
  const address = parse(text);
  return address && (address.kind() === "ipv4" ? written(address) : writeRange({ network: address, bits: 64 }));
}

/** Bits of `::ffff:0:0/96`, under which IPv6 holds IPv4. */
const mappedBits = 96;

function parse(text: string): Address | undefined {
  const address = parsePlain(text.includes(":") ? text.replace(/%[0-9A-Za-z._~-]+$/, "") : text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function parsePlain(text: string): Address | undefined {
  // The library also reads `0x7f.1` and `2130706433`; whoever writes these means to be misread.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const tail = text.slice(text.lastIndexOf(":") + 1);
  if (!text.includes(":") || text.includes("%") || (tail.includes(".") && !ipaddr.IPv4.isValidFourPartDecimal(tail))) return undefined;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

function written(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}
