/** Where webhooks may go: every spelling of an address inside is refused, and what was judged is what is connected to. */
import { afterEach, describe, expect, it } from "vitest";
import { type ResolveName, receiverGuard } from "#events/send/guard.ts";
import { resolveOnNode } from "#events/send/node/resolve-name.ts";
import { webhookSender } from "#events/send/node/send-webhook.ts";
import { isGlobalAddress } from "#lib/addresses/global-address.ts";
import { startReceiver } from "../../support/receivers/receiver.ts";

const inside = {
  loopback: ["127.0.0.1", "127.255.255.254", "::1"],
  unspecified: ["0.0.0.0", "0.1.2.3", "::"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fdff::1", "fd00:ec2::254"],
  "link-local": ["169.254.0.1", "fe80::1", "febf::1", "fec0::1"],
  metadata: ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
  carriers: ["100.64.0.1", "100.127.255.255"],
  documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  benchmarks: ["198.18.0.1", "198.19.255.255", "2001:2::1"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
  reserved: ["240.0.0.1", "255.255.255.255", "192.0.0.1", "192.88.99.1", "4000::1", "100::1", "5f00::1", "2001:10::1", "2001:20::1"],
  mapped: ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"],
  compatible: ["::127.0.0.1", "::10.0.0.1", "::7f00:1", "::808:808"],
  NAT64: [
    "64:ff9b::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:7f00:0:100::",
    "64:ff9b:1::808:808",
  ],
  "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::"],
  Teredo: ["2001:0:7f00:1::", "2001:0:808:808:0:0:80ff:fffe", "2001:0:a00:1:0:0:f7f7:f7f7"],
  ISATAP: ["2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1"],
} as const;

const outside = ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "168.63.129.15", "223.255.255.255"];
const outsideV6 = ["2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:0:808:808:0:0:f7f7:f7f7"];

describe("an address", () => {
  for (const [kind, addresses] of Object.entries(inside))
    it(`is not global: ${kind}`, () => {
      for (const address of addresses) expect(isGlobalAddress(address), address).toBe(false);
    });

  it("is global where the internet is, also within IPv6 that leads to IPv4", () => {
    for (const address of [...outside, ...outsideV6]) expect(isGlobalAddress(address), address).toBe(true);
  });

  it("is none in any other spelling", () => {
    for (const text of ["", "8.8.8", "134744072", "0x08080808", "08.8.8.8", "8.8.8.8.", " 8.8.8.8", "8.8.8.8/32", "2606:4700::1%eth0", "[2606:4700::1]"])
      expect(isGlobalAddress(text), text).toBe(false);
  });
});

const asked: string[] = [];
const names: Record<string, readonly string[]> = {
  "hooks.example.com": ["93.184.215.14"],
  "both.example.com": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
  "inside.example.com": ["10.0.0.5"],
  "half.example.com": ["93.184.215.14", "127.0.0.1"],
  "nat64.example.com": ["64:ff9b::7f00:1"],
  "empty.example.com": [],
};
const resolve: ResolveName = async (name, from) => {
  asked.push(`${name} ${from}`);
  const found = names[name];
  if (found === undefined) throw new Error("no answer");
  return found;
};
const terms = { resolve, privateHosts: new Set(["receiver.corp"]), testLoopback: true };
const guard = receiverGuard(terms);

describe("a receiver's URL", () => {
  const literal = (address: string) => (address.includes(":") ? `[${address}]` : address);

  for (const [kind, addresses] of Object.entries(inside))
    it(`is refused at an address that is not global: ${kind}`, async () => {
      for (const address of addresses) {
        const vetted = await guard(`https://${literal(address)}/hook`, "live");
        expect(vetted, address).toMatchObject({ kind: "refused" });
      }
    });

  it.each([
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://a.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://router.home.arpa/",
    "https://intranet/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::1%25eth0]/",
    "https://[::1%eth0]/",
    "https://[fe80::1%25lo]/",
    "https://%31%32%37.0.0.1/",
    "https://0x08.8.8.8/",
    "https://134744072/",
  ])("is refused however its host is spelled: %s", async (url) => {
    for (const environment of ["live", "test"] as const) {
      const vetted = await guard(url, environment);
      // Only in the test environment this machine is allowed, and only as it is usually written.
      const written = environment === "test" && ["https://localhost/", "https://LOCALHOST/", "https://ｌｏｃａｌｈｏｓｔ/"].includes(url);
      expect(vetted.kind).toBe(written ? "vetted" : "refused");
    }
  });

  it.each([
    ["ftp://hooks.example.com/", "not-a-url"],
    ["https:hooks.example.com", "not-a-url"],
    ["https:/hooks.example.com", "not-a-url"],
    ["https:\\\\hooks.example.com", "not-a-url"],
    ["https://hooks.example.com\\@127.0.0.1/", "not-a-url"],
    [" https://hooks.example.com/", "not-a-url"],
    ["https://hooks.exa\nmple.com/", "not-a-url"],
    ["https://hooks.example.com/a b", "not-a-url"],
    ["https://hooks.example.com/\u0000", "not-a-url"],
    ["https://hooks.example.com/\ud800", "not-a-url"],
    [`https://hooks.example.com/${"a".repeat(2_048)}`, "not-a-url"],
    ["javascript:alert(1)", "not-a-url"],
    ["//hooks.example.com/", "not-a-url"],
    ["https://hooks.example.com:99999/", "not-a-url"],
    ["http://hooks.example.com/", "not-https"],
    ["https://user:word@hooks.example.com/", "has-credentials"],
    ["https://@hooks.example.com/", "has-credentials"],
    ["https://hooks.example.com/#part", "has-fragment"],
    ["https://hooks.example.com/#", "has-fragment"],
    ["https://hooks.example.com:22/", "port-not-allowed"],
    ["https://hooks.example.com:80/", "port-not-allowed"],
    ["https://hooks.example.com:0/", "port-not-allowed"],
    ["https://hooks.example.com:6667/", "port-not-allowed"],
    ["https://hooks.example.com./", "host-not-canonical"],
    ["https://inside.example.com/", "host-not-public"],
    ["https://half.example.com/", "host-not-public"],
    ["https://nat64.example.com/", "host-not-public"],
    ["https://empty.example.com/", "host-not-found"],
  ])("is refused with a reason: %j", async (url, code) => {
    const vetted = await guard(url, "test");
    expect(vetted).toMatchObject({ kind: "refused", code });
    if (vetted.kind === "refused") expect(vetted.detail).not.toMatch(/10\.0\.0\.5|127\.0\.0\.1|7f00/);
  });

  it.each([
    "https://hooks.example.com/",
    "https://hooks.example.com:443/a?b=c",
    "HTTPS://Hooks.Example.COM:8443/",
    "https://both.example.com",
    "https://8.8.8.8/",
  ])("is taken on the internet: %s", async (url) => {
    expect(await guard(url, "live")).toMatchObject({ kind: "vetted", target: { reach: "public" } });
  });

  it("is asked about again where nobody answered", async () => {
    expect(await guard("https://silent.example.com/", "live")).toEqual({ kind: "unknown" });
  });

  it.each(["http://localhost:3000/hook", "http://127.0.0.1:3000/hook", "http://[::1]:3000/", "https://localhost/"])(
    "leads to this machine in the test environment only: %s",
    async (url) => {
      asked.length = 0;
      expect(await guard(url, "test")).toMatchObject({ kind: "vetted", target: { reach: "loopback" } });
      expect(await guard(url, "live")).toMatchObject({ kind: "refused" });
      expect(await receiverGuard({ ...terms, testLoopback: false })(url, "test")).toMatchObject({ kind: "refused" });
      // No resolver has a say in it.
      expect(asked).toEqual([]);
    },
  );

  it("leads anywhere where the configuration names its host, and is looked up as this machine does", async () => {
    asked.length = 0;
    names["receiver.corp"] = ["10.1.2.3"];
    expect(await guard("http://receiver.corp:8080/", "live")).toMatchObject({ kind: "vetted", addresses: ["10.1.2.3"] });
    expect(asked).toEqual(["receiver.corp system"]);
    expect(await guard("https://x.receiver.corp/", "live")).toMatchObject({ kind: "refused" });
  });

  it("is looked up once for each time it is judged", async () => {
    asked.length = 0;
    await guard("https://both.example.com/", "live");
    expect(asked).toEqual(["both.example.com dns"]);
  });
});

describe("a name that changes its address", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it("is judged at each attempt, and a kept connection is no way around it", async () => {
    const first = await startReceiver();
    let now: readonly string[] = ["127.0.0.1"];
    // A host that is declared may be here; that makes a public name out of loopback, for the pinning itself.
    const sender = webhookSender({
      guard: receiverGuard({ resolve: async () => now, privateHosts: new Set(["moving.corp"]), testLoopback: false }),
      elapsedMs: () => performance.now(),
    });
    closing.push(first.close, sender.close);
    const send = () => sender.send({ url: `http://moving.corp:${first.port}/`, environment: "live", headers: {}, body: Buffer.from("{}") });
    expect(await send()).toMatchObject({ kind: "answered" });
    expect(first.requests[0]?.headers["host"]).toBe(`moving.corp:${first.port}`);
    // Nobody listens at the second address on the first one's port: what is kept open would have answered.
    now = ["127.0.0.2"];
    expect(await send()).toMatchObject({ kind: "failed", why: "connect" });
    now = ["127.0.0.1"];
    expect(await send()).toMatchObject({ kind: "answered" });
    expect(first.requests).toHaveLength(2);
  });

  it("is refused once it leads inside, though a moment ago it did not", async () => {
    const answersInTurn = [["93.184.215.14"], ["127.0.0.1"], ["169.254.169.254"], ["93.184.215.14", "10.0.0.1"]];
    const changing = receiverGuard({ resolve: async () => answersInTurn.shift() ?? [], privateHosts: new Set(), testLoopback: true });
    const url = "https://rebinding.example.com/";
    expect(await changing(url, "live")).toMatchObject({ kind: "vetted", addresses: ["93.184.215.14"] });
    for (let at = 0; at < 3; at += 1) expect(await changing(url, "live")).toMatchObject({ kind: "refused", code: "host-not-public" });
  });

  it("is connected to where it was judged to be, whatever it would say if it were asked again", async () => {
    let lookups = 0;
    const inside = await startReceiver();
    const sender = webhookSender({
      // Public to whoever asks first, inside to whoever asks again.
      guard: receiverGuard({
        resolve: async () => {
          lookups += 1;
          return lookups === 1 ? ["240.0.0.1"] : ["127.0.0.1"];
        },
        privateHosts: new Set(["rebinding.corp"]),
        testLoopback: false,
      }),
      elapsedMs: () => performance.now(),
      connectTimeoutMs: 300,
      timeoutMs: 1_500,
    });
    closing.push(inside.close, sender.close);
    const outcome = await sender.send({ url: `http://rebinding.corp:${inside.port}/`, environment: "live", headers: {}, body: Buffer.from("{}") });
    expect(outcome.kind).toBe("failed");
    expect(lookups).toBe(1);
    expect(inside.taken).toBe(0);
  });
});

describe("looking names up", () => {
  it("finds what the system knows, and tells no name from no answer", async () => {
    const resolver = resolveOnNode(() => performance.now());
    expect(await resolver("localhost", "system")).toContain("127.0.0.1");
    expect(await resolver("nowhere.invalid", "system").catch(() => [])).toEqual([]);
  });
});
