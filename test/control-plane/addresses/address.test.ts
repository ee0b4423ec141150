/** Addresses and ranges in all spellings: one meaning each, or none. */
import { describe, expect, test } from "vitest";
import { canonicalAddress, isWithin, parseRange, responsibleNetwork, writeRange } from "#control-plane/addresses/address.ts";

test.for<readonly [string, string]>([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:0201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["::1", "::1"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["fe80::1%eth0", "fe80::1"],
  ["fe80::1%25", "fe80::1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("%s is %s", ([text, canonical]) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test.for([
  "",
  " 192.0.2.1",
  "192.0.2.1 ",
  "192.0.2.1\n",
  "192.0.2",
  "192.0.2.256",
  "192.0.2.1.1",
  "010.0.0.1",
  "0x7f.0.0.1",
  "127.1",
  "2130706433",
  "0300.0250.0.1",
  "192.0.2.1:80",
  "192.0.2.1%eth0",
  "[::1]",
  "::1::",
  "1:2:3:4:5:6:7",
  "::ffff:010.0.0.1",
  "::ffff:192.0.2.256",
  "fe80::1%",
  "fe80::1%a b",
  "%eth0",
  "localhost",
  "unknown",
  "１９２.0.2.1",
])("%j is no address", (text) => {
  expect(canonicalAddress(text)).toBe(undefined);
  expect(responsibleNetwork(text)).toBe(undefined);
  expect(
    isWithin(
      text,
      [parseRange("0.0.0.0/0"), parseRange("::/0")].filter((range) => range !== undefined),
    ),
  ).toBe(false);
});

test.for<readonly [string, string]>([
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["192.0.2.1", "192.0.2.1/32"],
  ["2001:db8::1", "2001:db8::1/128"],
  ["2001:db8:ffff::/33", "2001:db8:8000::/33"],
  ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
  ["::ffff:192.0.2.1", "192.0.2.1/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["::/0", "::/0"],
])("the range %s is %s", ([text, written]) => {
  const range = parseRange(text);
  expect(range && writeRange(range)).toBe(written);
});

test.for([
  "",
  "/8",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10.0.0.0/08",
  "10.0.0.0/-1",
  "10.0.0.0/8/8",
  "10.0/8",
  "010.0.0.0/8",
  "2001:db8::/129",
  "fe80::%eth0/64",
  "all",
])("%j is no range", (text) => {
  expect(parseRange(text)).toBe(undefined);
});

describe("a range", () => {
  const holds = (range: string, address: string): boolean =>
    isWithin(
      address,
      [parseRange(range)].filter((one) => one !== undefined),
    );

  test("holds what has its prefix, to the bit, in whatever spelling", () => {
    expect(holds("192.0.2.128/25", "192.0.2.127")).toBe(false);
    expect(holds("192.0.2.128/25", "192.0.2.128")).toBe(true);
    expect(holds("192.0.2.128/25", "::ffff:192.0.2.200")).toBe(true);
    expect(holds("::ffff:192.0.2.128/121", "192.0.2.200")).toBe(true);
    expect(holds("2001:db8:8000::/33", "2001:db8:7fff:ffff::1")).toBe(false);
    expect(holds("2001:db8:8000::/33", "2001:DB8:8000:0:0:0:0:1")).toBe(true);
    expect(holds("192.0.2.1", "192.0.2.1")).toBe(true);
    expect(holds("192.0.2.1", "192.0.2.10")).toBe(false);
  });

  test("of one family holds nothing of the other", () => {
    expect(holds("::/0", "192.0.2.1")).toBe(false);
    expect(holds("0.0.0.0/0", "2001:db8::1")).toBe(false);
  });
});

test("responsible is an IPv4 address, and of IPv6 the /64", () => {
  expect(responsibleNetwork("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(responsibleNetwork("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(responsibleNetwork("2001:db8:1:2::")).toBe("2001:db8:1:2::/64");
  expect(responsibleNetwork("2001:db8:1:3::")).toBe("2001:db8:1:3::/64");
});
