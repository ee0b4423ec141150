/** Networks of an allow-list: one canonical form for every spelling, and nothing that lets in more than was meant. */
import { expect, test } from "vitest";
import { maxNetworks, readNetworks } from "#control-plane/api-keys/allow-list.ts";

test("every spelling of a network becomes one", () => {
  const same: readonly (readonly [string, string])[] = [
    ["203.0.113.7", "203.0.113.7/32"],
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::ffff:203.0.113.0/120", "203.0.113.0/24"],
    ["::FFFF:CB00:7107", "203.0.113.7/32"],
    ["2001:DB8:0:0::/32", "2001:db8::/32"],
    ["2001:db8:0000:0000:0000:0000:0000:0001", "2001:db8::1/128"],
    ["::/0", "::/0"],
  ];
  for (const [written, canonical] of same) expect(readNetworks([written]), written).toEqual({ kind: "networks", networks: [canonical] });
  expect(readNetworks(["10.0.0.0/8", "::ffff:10.0.0.0/104", "9.9.9.9"])).toEqual({ kind: "networks", networks: ["10.0.0.0/8", "9.9.9.9/32"] });
});

test("what is no network, or not the one it looks like, is refused by name", () => {
  const refused = [
    "",
    "10.1",
    "0x0a.0.0.1",
    "010.0.0.1",
    "10.0.0.0/33",
    "2001:db8::/129",
    "10.0.0.5/8",
    "2001:db8::1/32",
    "::ffff:0:0/90",
    "fe80::1%eth0",
    "host",
    "10.0.0.0/-1",
    "10.0.0.0/ 8",
    "1.2.3.4/8/8",
  ];
  for (const text of refused) {
    const read = readNetworks([text]);
    expect(read.kind, text).toBe("refused");
    if (read.kind === "refused") expect(read.reasons[0]).toContain(`"${text}"`);
  }
  expect(readNetworks([])).toMatchObject({ kind: "refused" });
  expect(readNetworks(Array.from({ length: maxNetworks + 1 }, (_, index) => `10.0.0.${index}`))).toMatchObject({ kind: "refused" });
});
