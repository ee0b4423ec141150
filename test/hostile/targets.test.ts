/** Request targets that try to mean something else: every path is taken as it was sent, and most mean nothing. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();

/** Each is 404 `not-found`. */
const nowhere = {
  "absolute forms": ["http://localhost/v1/orders", "http://evil.example/v1/orders", "https://localhost/v1/orders/0000100001"],
  "doubled slashes": ["//v1/orders", "//evil.example/v1/orders", "/v1//orders", "///v1/orders"],
  "dot segments": [
    "/v1/../v1/orders",
    "/v1/./orders",
    "/./v1/orders",
    "/v1/orders/../orders",
    "/v1/orders/..",
    "/v1/orders/.",
    "/v1/orders/%2e%2e",
    "/v1/orders/%2e",
    "/docs/../v1/orders",
    "/openapi/../v1/orders",
  ],
  "encoded slashes and letters": [
    "/v1/orders%2F0000100001",
    "/v1%2Forders",
    "/v1/orders/%2F",
    "/v1/orders/%2f0000100001",
    "/v1/%6frders",
    "/%761/orders",
    "/v1/orders%00",
    "/v1/orders%20",
  ],
  "trailing signs": [
    "/v1/orders/",
    "/v1/orders.",
    "/v1/orders.json",
    "/v1/orders;a=b",
    "/v1/orders%3Flimit=1",
    "/v1/orders/0000100001/",
    "/v1/orders/0000100001/lines",
    "/v1/orders#fragment",
  ],
  "other cases and versions": ["/V1/orders", "/v1/Orders", "/v1/ORDERS", "/v2/orders", "/v1", "/v1/", "/orders"],
  "names every object has": ["/v1/__proto__", "/v1/constructor", "/v1/toString/x", "/v1/hasOwnProperty", "/v1/__proto__/x"],
  "places that other servers have": ["/admin", "/.env", "/.git/config", "/metrics", "/v1/orders/../../../etc/passwd", "/docs/%2e%2e/%2e%2e/etc/passwd"],
} as const;

for (const [what, targets] of Object.entries(nowhere)) {
  test(`${what} lead nowhere: 404`, async () => {
    for (const one of targets) {
      const answer = await target().get(one);
      if (one.startsWith("/docs/%2e"))
        expect(answer.status, one).toBe(404); // a page of the docs site
      else expect(refusal(answer), one).toMatchObject({ status: 404, code: "not-found" });
    }
  });
}

describe("ids", () => {
  const odd = [
    "__proto__",
    "constructor",
    "~",
    "!",
    "!!",
    "!0",
    "!00",
    "!GG",
    "!31",
    "a~b",
    "~~~~",
    "1e5",
    "-1",
    "0x1",
    "1.0",
    "NaN",
    "null",
    "undefined",
    "%20",
    "%EF%BB%BF0000100001",
    "0000100001%20",
    "%200000100001",
    "%00",
    "a%00b",
    "%0d%0aSet-Cookie:%20a=b",
    "%1b%5b31m",
    "%27%20OR%201=1--",
    "'",
    "%22",
    "a,b",
    "%F0%9F%98%80",
    "99999999999999999999999999",
    "9223372036854775808",
    "-9223372036854775809",
    "0".repeat(1_000),
    "a".repeat(7_000),
    "%C3%A4".repeat(500),
    "(select%201)",
    "0000100001;DROP%20TABLE%20x",
  ];

  test("that no row can have are 404 in every resource, like any missing id", async () => {
    for (const resource of ["orders", "products", "prices", "stock", "customers", "shipments", "invoices", "payments"]) {
      for (const id of odd)
        expect(refusal(await target().get(`/v1/${resource}/${id}`)), `${resource} ${id.slice(0, 40)}`).toMatchObject({ status: 404, code: "not-found" });
    }
  });

  test("of one record have one spelling: padded, shortened, recoded or recased ones are missing", async () => {
    const { get } = target();
    for (const resource of ["orders", "products", "stock", "payments", "invoices", "prices"]) {
      const [, id = ""] = /"id":"([^"]+)"/.exec((await get(`/v1/${resource}?limit=1`)).body) ?? [];
      expect((await get(`/v1/${resource}/${encodeURIComponent(id)}`)).status, id).toBe(200);
      const spellings = [
        `${id}%20`,
        `%20${id}`,
        `${id}%00`,
        `${id}~`,
        `0${id}`,
        `${id}.0`,
        `+${id}`,
        `!${id.charCodeAt(0).toString(16)}${id.slice(1)}`,
        `!${id.charCodeAt(0).toString(16).toUpperCase()}${id.slice(1)}`,
      ];
      for (const spelling of [...spellings, ...(/[A-Z]/.test(id) ? [id.toLowerCase()] : []), ...(/^0/.test(id) ? [id.replace(/^0+/, "")] : [])]) {
        expect(refusal(await get(`/v1/${resource}/${spelling}`)), spelling).toMatchObject({ status: 404, code: "not-found" });
      }
    }
  });

  test("that are no UTF-8 or no percent-encoding are 400", async () => {
    for (const id of ["%", "%z", "%zz", "%4", "%ff", "%c0%af", "%c0%80", "%ed%a0%80", "%f8%88%80%80%80", "%80", "a%e4"]) {
      expect(refusal(await target().get(`/v1/orders/${id}`)), id).toMatchObject({ status: 400, code: "bad-request-line" });
    }
  });
});

test("targets with spaces, backslashes, controls or raw bytes above ASCII are no HTTP: 400", async () => {
  for (const one of [
    "/v1\\orders",
    "\\v1\\orders",
    "/v1/orders\\..",
    "/v1/ordersé",
    "/v1/orders?reference=ÿþ",
    "/v1/orders ?limit=1",
    "/v1/orders\t",
    "*",
    "v1/orders",
    "",
    "/v1/orders\x00",
    "/v1/orders\x7f",
  ]) {
    expect(refusal(await target().get(one)), JSON.stringify(one)).toMatchObject({ status: 400, code: "bad-request-line" });
  }
});

test("a long target is 414, and one that fills the headers 431", async () => {
  const { get } = target();
  expect(refusal(await get(`/v1/orders/${"a".repeat(9_000)}`))).toMatchObject({ status: 414, code: "uri-too-long" });
  expect(refusal(await get(`/v1/orders?reference=${"a".repeat(9_000)}`))).toMatchObject({ status: 414, code: "uri-too-long" });
  expect(refusal(await get(`/v1/orders?${"a".repeat(20_000)}`))).toMatchObject({ status: 431, code: "headers-too-large" });
});
