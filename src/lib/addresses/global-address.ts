/** Whether an address belongs to the internet at large: nothing inside a network, of a machine itself, or translated into either. */
import ipaddr from "ipaddr.js";

/**
 * True only for what is global unicast (IANA's registries of special-purpose addresses). An IPv4 address inside an IPv6
 * address is taken out and has to be global as well: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380),
 * ISATAP (RFC 5214). `text` as systems write addresses: four decimal numbers, or IPv6 without a zone.
 */
export function isGlobalAddress(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes === undefined) return false;
  return bytes.length === 4 ? isGlobalV4(bytes) : isGlobalV6(bytes);
}

/** Whether it leads back to the machine itself. */
export function isLoopbackAddress(text: string): boolean {
  const bytes = bytesOf(text);
  return bytes !== undefined && (bytes.length === 4 ? bytes[0] === 127 : within(bytes, range("::1/128")));
}

interface Range {
  readonly network: readonly number[];
  readonly bits: number;
}

const notGlobalV4 = [
  // This network, private use, shared by carriers, loopback, link-local (and what clouds tell their machines at 169.254.169.254).
  ...["0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  // Protocol assignments, documentation, AS112, AMT, relays of 6to4, benchmarks.
  ...["192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "192.31.196.0/24", "192.175.48.0/24", "192.52.193.0/24", "192.88.99.0/24"],
  ...["198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"],
  // By its number public, and in truth the inside of every machine at Azure.
  "168.63.129.16/32",
].map(range);

/** Of `2000::/3`, which is all that is assigned as global unicast. */
const notGlobalV6 = ["2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48"].map(range);
const globalV6 = range("2000::/3");
const mapped = range("::ffff:0:0/96");
const nat64 = range("64:ff9b::/96");
const sixToFour = range("2002::/16");
const teredo = range("2001::/32");

function isGlobalV4(bytes: readonly number[]): boolean {
  return !notGlobalV4.some((one) => within(bytes, one));
}

function isGlobalV6(bytes: readonly number[]): boolean {
  // What these hold is reached by IPv4, whatever stands around it.
  if (within(bytes, mapped) || within(bytes, nat64)) return isGlobalV4(bytes.slice(12));
  if (within(bytes, teredo)) {
    const client = bytes.slice(12).map((byte) => byte ^ 0xff);
    return isGlobalV4(bytes.slice(4, 8)) && isGlobalV4(client);
  }
  // Local-use NAT64 (64:ff9b:1::/48) is not among them: where it holds the address is known to its network alone.
  if (!within(bytes, globalV6) || notGlobalV6.some((one) => within(bytes, one))) return false;
  if (within(bytes, sixToFour) && !isGlobalV4(bytes.slice(2, 6))) return false;
  const isatap = (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return !isatap || isGlobalV4(bytes.slice(12));
}

function bytesOf(text: string): readonly number[] | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toByteArray();
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toByteArray() : undefined;
}

function range(text: string): Range {
  const [address = "", bits] = text.split("/");
  return { network: bytesOf(address) ?? [], bits: Number(bits) };
}

function within(bytes: readonly number[], { network, bits }: Range): boolean {
  return (
    network.length === bytes.length &&
    network.every((byte, at) => {
      const mask = (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff;
      return (byte & mask) === ((bytes[at] ?? 0) & mask);
    })
  );
}
