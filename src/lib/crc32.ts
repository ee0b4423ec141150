/** CRC-32 as in gzip and PNG (RFC 1952, section 8); recognises typing errors, proves nothing. */

/** Remainder of each byte value; made once, as it is a constant too long to write down. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xed_b8_83_20 : remainder >>> 1;
  return remainder;
});

/** Of the low byte of each character: meant for ASCII. Not `zlib.crc32`, which not every runtime offers. */
export function crc32(ascii: string): number {
  let crc = 0xff_ff_ff_ff;
  for (let at = 0; at < ascii.length; at++) crc = (crc >>> 8) ^ (remainders[(crc ^ ascii.charCodeAt(at)) & 0xff] ?? 0);
  return ~crc >>> 0;
}
