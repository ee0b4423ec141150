/** Contact data of customers, changed by partners and by the ERP's own people. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { refusalOf } from "../../projects/serve-commands.ts";
import { type MeridianTwice, meridianTwice } from "./meridian-twice.ts";

let meridian: MeridianTwice;
beforeAll(async () => {
  meridian = await meridianTwice(["C0000001"]);
}, 120_000);
afterAll(() => meridian?.close());

const customer = "/v1/customers/C0000001";
const change = (body: object, ifMatch?: string | null) => meridian.send("PATCH", customer, { body, ...(ifMatch !== undefined && { ifMatch }) });
const tag = async () => (await meridian.send("GET", customer)).headers.get("etag");
/** What somebody at the ERP's screens does. */
const atTheScreen = (columns: string, client = meridian.erp.client) =>
  client.query(`UPDATE "CUSMAS" SET ${columns} WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001'`);

beforeEach(() => atTheScreen(`"EMAIL" = 'old@kunde.example', "PHONE" = '+49 40 1', "CHGDT" = 20261101, "CHGTM" = 80000`));

test("a change writes the two columns and when it was, and nothing else anywhere", async () => {
  await atTheScreen(`"EMAIL" = 'old@kunde.example', "PHONE" = '+49 40 1', "CHGDT" = 20261101, "CHGTM" = 80000`, meridian.other.client);
  const changed = await change({ email: "einkauf@huebner.example", phone: null });
  expect(changed.status, changed.text).toBe(200);
  expect(changed.body).toMatchObject({ email: "einkauf@huebner.example", phone: null });
  expect(Date.now() - Date.parse(String(changed.body["changed_at"]))).toBeLessThan(60_000);
  await atTheScreen(`"EMAIL" = 'einkauf@huebner.example', "PHONE" = '', "CHGDT" = "SY_DATE"("SY_NOW"()), "CHGTM" = 0`, meridian.other.client);
  expect(await meridian.differences()).toEqual({});
});

test("an e-mail address that both sides changed stays the ERP's until a person has decided", async () => {
  const seen = await tag();
  await atTheScreen(`"EMAIL" = 'clerk@kunde.example'`);
  const changed = await change({ email: "partner@kunde.example" }, seen);
  expect(changed.status, changed.text).toBe(200);
  expect(changed.headers.get("field-conflicts")).toBe("email;rule=review;outcome=parked");
  expect(changed.body["email"]).toBe("clerk@kunde.example");
});

test("of two phone numbers the newer one stands", async () => {
  const seen = await tag();
  await atTheScreen(`"PHONE" = '+49 40 2', "CHGDT" = 20261110, "CHGTM" = 120000`);
  const older = await change({ phone: "+49 40 333", effective_at: "2026-11-10T10:59:59Z" }, seen);
  expect(older.headers.get("field-conflicts")).toBe("phone;rule=newest;outcome=erp");
  expect(older.body["phone"]).toBe("+49 40 2");
  const timeless = await change({ phone: "+49 40 333" }, seen);
  expect(timeless.headers.get("field-conflicts")).toBe("phone;rule=newest;outcome=erp");
  const newer = await change({ phone: "+49 40 333", effective_at: "2026-11-10T11:00:01Z" }, seen);
  expect(newer.headers.get("field-conflicts")).toBe("phone;rule=newest;outcome=partner");
  expect(newer.body["phone"]).toBe("+49 40 333");
});

test("fields that one side alone changed are in nobody's way", async () => {
  const seen = await tag();
  await atTheScreen(`"EMAIL" = 'clerk@kunde.example'`);
  const changed = await change({ phone: "+49 40 444" }, seen);
  expect(changed.headers.get("field-conflicts")).toBeNull();
  expect(changed.body).toMatchObject({ email: "clerk@kunde.example", phone: "+49 40 444" });
});

test.each<[string, object, string]>([
  ["a field that is the ERP's", { blocked: false }, "422 invalid-body /blocked field-not-writable"],
  ["a hidden one", { credit_limit: null }, "422 invalid-body /credit_limit"],
  ["no e-mail address", { email: "nobody" }, "422 invalid-body /email malformed"],
  ["more than the column holds", { phone: `+49 40 ${"1".repeat(20)}` }, "422 invalid-body /phone malformed"],
  ["what the ERP would take for no value", { email: "" }, "422 invalid-body /email malformed"],
])("refuses %s", async (_, body, expected) => {
  expect(refusalOf(await change(body))).toContain(expected);
});

test("asks for the state that was seen", async () => {
  expect(refusalOf(await change({ phone: "+49 40 5" }, null))).toContain("428 precondition-required");
});
