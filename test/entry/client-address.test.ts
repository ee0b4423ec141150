/** Whose address a request has, behind proxies that are trusted, and behind none. */
import { describe, expect, test } from "vitest";
import { parseRange } from "#control-plane/addresses/address.ts";
import { clientAddress, type TrustedProxies } from "#entry/client-address.ts";

function behind(ranges: string, header: TrustedProxies["header"] = "x-forwarded-for") {
  const parsed = ranges === "" ? [] : ranges.split(",").map((text) => parseRange(text) ?? expect.unreachable(text));
  const find = clientAddress({ ranges: parsed, header });
  return (peer: string | undefined, ...values: readonly string[]) => find(peer, ["Host", "x", ...values.flatMap((value) => [header, value])]);
}

describe("without trusted proxies", () => {
  test("it is the other end of the connection, whatever headers say", () => {
    const find = behind("");
    expect(find("192.0.2.1", "198.51.100.7")).toBe("192.0.2.1");
    expect(find("::ffff:192.0.2.1", "198.51.100.7")).toBe("192.0.2.1");
    expect(find("fe80::1%eth0")).toBe("fe80::1");
    expect(find(undefined, "198.51.100.7")).toBe(undefined);
  });
});

describe("behind trusted proxies", () => {
  const find = behind("10.0.0.0/8,2001:db8:f::/48");

  test("it is the last address that is none of theirs; what stands left of it never counts", () => {
    expect(find("10.0.0.1", "198.51.100.7")).toBe("198.51.100.7");
    expect(find("10.0.0.1", "1.1.1.1, 198.51.100.7")).toBe("198.51.100.7");
    expect(find("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.9, 10.200.0.1")).toBe("198.51.100.7");
    expect(find("2001:db8:f::1", "10.0.0.1, 198.51.100.7, 2001:DB8:F::2")).toBe("198.51.100.7");
    expect(find("::ffff:10.0.0.1", "::ffff:198.51.100.7")).toBe("198.51.100.7");
    // An address of the inside that a stranger made up.
    expect(find("10.0.0.1", "10.0.0.2, 198.51.100.7")).toBe("198.51.100.7");
    expect(find("10.0.0.1", "garbage, 198.51.100.7")).toBe("198.51.100.7");
  });

  test("a stranger's header does not count", () => {
    expect(find("198.51.100.7", "10.0.0.1")).toBe("198.51.100.7");
    expect(find("198.51.100.7", "1.1.1.1")).toBe("198.51.100.7");
  });

  test("several headers are one list, in the order in which they were sent", () => {
    expect(find("10.0.0.1", "1.1.1.1", "198.51.100.7", "10.0.0.3")).toBe("198.51.100.7");
    expect(
      clientAddress({ ranges: [parseRange("10.0.0.1") ?? expect.unreachable()], header: "x-forwarded-for" })("10.0.0.1", [
        "x-forwarded-for",
        "1.1.1.1",
        "X-Forwarded-For",
        "198.51.100.7",
      ]),
    ).toBe("198.51.100.7");
  });

  test("ports and brackets are no part of it", () => {
    expect(find("10.0.0.1", "198.51.100.7:4711")).toBe("198.51.100.7");
    expect(find("10.0.0.1", "[2001:db8::7]:4711")).toBe("2001:db8::7");
    expect(find("10.0.0.1", "[2001:db8::7]")).toBe("2001:db8::7");
    expect(find("10.0.0.1", "2001:db8::7")).toBe("2001:db8::7");
    expect(find("10.0.0.1", "[::ffff:198.51.100.7]:1")).toBe("198.51.100.7");
  });

  test("where a proxy says nothing that is an address, nobody knows", () => {
    for (const value of [
      "unknown",
      "_hidden",
      "",
      " ",
      "198.51.100.7,",
      "010.0.0.1",
      "198.51.100.7:port",
      "[198.51.100.7]",
      "a.example",
      "198.51.100.7 ; x",
      "0x7f000001",
    ])
      expect(find("10.0.0.1", ...(value.trim() === "" ? ["198.51.100.7", `${value},`] : [value])), value).toBe(undefined);
  });

  test("that call by themselves have their own address", () => {
    expect(find("10.0.0.1")).toBe("10.0.0.1");
    expect(find("10.0.0.1", "10.0.0.2")).toBe("10.0.0.2");
  });

  test("of a list that is endless only the end is read", () => {
    expect(find("10.0.0.1", `${"1.1.1.1,".repeat(2_000)}198.51.100.7`)).toBe("198.51.100.7");
    expect(find("10.0.0.1", `198.51.100.7,${"10.0.0.2,".repeat(100)}10.0.0.3`)).toBe("10.0.0.2");
  });

  test("the header that they do not write is not read", () => {
    const find = clientAddress({ ranges: [parseRange("10.0.0.1") ?? expect.unreachable()], header: "x-forwarded-for" });
    expect(find("10.0.0.1", ["Forwarded", "for=1.1.1.1", "X-Real-IP", "1.1.1.1", "X-Forwarded-For", "198.51.100.7"])).toBe("198.51.100.7");
    expect(find("10.0.0.1", ["Forwarded", "for=1.1.1.1", "CF-Connecting-IP", "1.1.1.1"])).toBe("10.0.0.1");
  });
});

describe("Forwarded (RFC 7239)", () => {
  const find = behind("10.0.0.0/8", "forwarded");

  test("is read from its end, in every form the RFC has", () => {
    expect(find("10.0.0.1", "for=198.51.100.7")).toBe("198.51.100.7");
    expect(find("10.0.0.1", "For=198.51.100.7;proto=https;by=10.0.0.1")).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'proto=http; for="198.51.100.7:4711" ; by=10.0.0.9')).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'for="[2001:db8:cafe::17]:4711"')).toBe("2001:db8:cafe::17");
    expect(find("10.0.0.1", 'for=1.1.1.1, for=198.51.100.7, for="10.0.0.5"')).toBe("198.51.100.7");
    expect(find("10.0.0.1", "for=1.1.1.1", "for=198.51.100.7;host=a")).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'for="\\198.51.100.7"')).toBe("198.51.100.7");
  });

  test("does not let a quoted text pass for another element", () => {
    expect(find("10.0.0.1", 'for="1.1.1.1, for=2.2.2.2";by=x, for=198.51.100.7')).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'for=1.1.1.1;host=", for=2.2.2.2;x=", for=198.51.100.7')).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'for=198.51.100.7;host="a, for=10.0.0.2"')).toBe("198.51.100.7");
  });

  test("with a quote that is never closed hides nothing that a proxy appended", () => {
    expect(find("10.0.0.1", 'for="1.1.1.1, for=198.51.100.7')).toBe("198.51.100.7");
    expect(find("10.0.0.1", 'for="', "for=198.51.100.7")).toBe("198.51.100.7");
  });

  test("that names nobody leaves the address unknown", () => {
    for (const value of [
      "for=unknown",
      "for=_SEVKISEK",
      'for="_gazonk"',
      "by=1.1.1.1",
      "for=",
      "for=1.1.1.1;for=2.2.2.2",
      'for="1.1.1.1',
      "for 1.1.1.1",
      "198.51.100.7",
    ])
      expect(find("10.0.0.1", value), value).toBe(undefined);
  });
});
