/** Log lines carry what is on the list and nothing else, and nothing that looks like a credential. */
import { expect, test } from "vitest";
import { allowedFields } from "../../src/http/allowed-log.ts";

test("fields on the list pass, at every depth; others are named and left out", () => {
  const fields = { request_id: "r", status: 200, replayed: undefined, password: "x", cause: { error: "Error", body: "secret" }, fields: ["a"] };
  expect(allowedFields(fields)).toEqual({ request_id: "r", status: 200, withheld: ["password"], cause: { error: "Error", withheld: ["body"] }, fields: ["a"] });
});

test.each([
  ["a partner's key", `with slc_live_0123456789ab_${"a".repeat(49)} in it`],
  ["a key of another prefix", `acme_test_0123456789ab_${"Z".repeat(49)}`],
  ["an operator's token", `slo_0123456789ab_${"q".repeat(49)}`],
  ["a JWT", "token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYWEifQ.c2VjcmV0c2VjcmV0"],
  ["a webhook secret", "whsec_aaaaaaaaqqqqqqqqZZZZ="],
  ["a header", "Authorization: Bearer aaaaaaaaqqqqqqqq"],
  ["a password in a URL", "connect postgres://sluice:aaaaaaaaqqqqqqqq@db.example:5432/x"],
])("%s is replaced wherever it stands", (_what, text) => {
  for (const fields of [{ message: text }, { reasons: [text] }, { cause: { message: text } }, { stack: ["at x", text] }]) {
    const line = JSON.stringify(allowedFields(fields));
    expect(line).toContain("[withheld]");
    expect(line).not.toMatch(/a{8}|q{8}|Z{4}|c2VjcmV0/);
  }
});

test("what only resembles one stays, and long texts are cut", () => {
  const plain = { route: "/v1/orders/{id}", message: "the bearer of this is not known", url: "https://issuer.example/jwks.json", key: "4fT0aZ91bQxy" };
  expect(allowedFields({ ...plain, message: "not known" })).toEqual({ ...plain, message: "not known" });
  expect(String(allowedFields({ message: "x".repeat(100_000) })["message"])).toHaveLength(2_000);
});
