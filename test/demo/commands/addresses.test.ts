/** Delivery addresses: added, changed and removed by partners. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusalOf } from "../../projects/serve-commands.ts";
import { type MeridianTwice, meridianTwice } from "./meridian-twice.ts";

let meridian: MeridianTwice;
beforeAll(async () => {
  meridian = await meridianTwice(["C0000001", "C0000002", "C0000003"]);
}, 120_000);
afterAll(() => meridian?.close());

const site = { name: "Baustelle Hafen", street: "Am Kai 4", postal_code: "20457", city: "Hamburg", country: "DE" };
const add = (address: object) => meridian.send("POST", "/v1/addresses", { body: { customer_id: "C0000001", ...site, ...address } });
const change = (id: string, body: object, ifMatch?: string) =>
  meridian.send("PATCH", `/v1/addresses/${id}`, { body, ...(ifMatch !== undefined && { ifMatch }) });
const remove = (id: string) => meridian.send("DELETE", `/v1/addresses/${id}`);
const read = async (id: string) => meridian.send("GET", `/v1/addresses/${id}`);
const defaults = async (customer: string) =>
  (
    await meridian.erp.client.query<{ number: number }>(
      `SELECT "SHPSQ" AS number FROM "CUSSHP" WHERE "COMPNY" = '01' AND "CUSNO" = $1 AND "DFTFLG" = 'Y' AND "DELFLG" <> 'D' ORDER BY 1`,
      [customer],
    )
  ).rows.map(({ number }) => number);

test("what is added, changed and removed is in the ERP's table as its own people would have it, and nothing else is", async () => {
  const theirs = (sql: string) => meridian.other.client.query(sql);
  const last = await meridian.erp.one<{ last: number }>(`SELECT max("SHPSQ") AS last FROM "CUSSHP" WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001'`);
  const number = last.last + 1;
  const id = `C0000001~${number}`;
  const added = await add({ gln: "4001933519708" });
  expect(added.status, added.text).toBe(201);
  expect(added.headers.get("location")).toBe(`/v1/addresses/${encodeURIComponent(id)}`);
  expect(added.body).toMatchObject({ id, number, customer_id: "C0000001", ...site, gln: "4001933519708", is_default: false });
  await theirs(`INSERT INTO "CUSSHP" ("COMPNY", "CUSNO", "SHPSQ", "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY", "GLNNO", "DFTFLG", "CHGDT")
    VALUES ('01', 'C0000001', ${number}, 'Baustelle Hafen', 'Am Kai 4', '20457', 'Hamburg', 'DE', '4001933519708', 'N', "SY_DATE"("SY_NOW"()))`);
  expect(await meridian.differences()).toEqual({});

  const changed = await change(id, { street: "Am Kai 40", gln: null });
  expect(changed.status, changed.text).toBe(200);
  await theirs(`UPDATE "CUSSHP" SET "SHSTR" = 'Am Kai 40', "GLNNO" = '' WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "SHPSQ" = ${number}`);
  expect(await meridian.differences()).toEqual({});

  const removed = await remove(id);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  await theirs(`UPDATE "CUSSHP" SET "DELFLG" = 'D' WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "SHPSQ" = ${number}`);
  expect(await meridian.differences()).toEqual({});
  expect((await read(id)).status).toBe(404);
  expect((await add({})).body["number"]).toBe(number + 1);
});

test("a customer has one default: it is moved, and can neither be taken away nor removed", async () => {
  const before = await defaults("C0000002");
  expect(before).toHaveLength(1);
  expect(refusalOf(await remove(`C0000002~${before[0]}`))).toBe("422 default-needed");
  expect(refusalOf(await change(`C0000002~${before[0]}`, { is_default: false }))).toBe("422 default-needed");
  const added = await add({ customer_id: "C0000002", is_default: true });
  expect(added.body["is_default"]).toBe(true);
  expect(await defaults("C0000002")).toEqual([added.body["number"]]);
  expect((await change(`C0000002~${before[0]}`, { is_default: true })).body["is_default"]).toBe(true);
  expect(await defaults("C0000002")).toEqual(before);
  expect((await remove(String(added.body["id"]))).status).toBe(204);
});

test("a customer's first address is its default", async () => {
  await meridian.erp.client.query(`UPDATE "CUSSHP" SET "DELFLG" = 'D' WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000003'`);
  expect((await add({ customer_id: "C0000003" })).body["is_default"]).toBe(true);
});

test("of many added at once each has a number of its own", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => add({})));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  const numbers = answers.map(({ body }) => Number(body["number"])).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
});

test("of many that want to be the default one is", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => add({ is_default: true })));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(await defaults("C0000001")).toHaveLength(1);
});

test("no more than 999 addresses are numbered", async () => {
  await meridian.erp.client.query(`UPDATE "CUSSHP" SET "SHPSQ" = 999 WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000003' AND "DFTFLG" = 'Y' AND "DELFLG" <> 'D'`);
  expect(refusalOf(await add({ customer_id: "C0000003" }))).toBe("422 no-number-left");
});

test("where both sides changed it, the GLN is the partner's and the default the ERP's", async () => {
  const added = await add({});
  const id = String(added.body["id"]);
  const seen = String(added.headers.get("etag"));
  await meridian.erp.client.query(
    `UPDATE "CUSSHP" SET "GLNNO" = '4000000000001', "DFTFLG" = 'Y' WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "SHPSQ" = $1`,
    [added.body["number"]],
  );
  const changed = await change(id, { gln: "4000000000002", is_default: false }, seen);
  expect(changed.status, changed.text).toBe(200);
  expect(changed.headers.get("field-conflicts")).toBe("gln;rule=partner-wins;outcome=partner, is_default;rule=erp-wins;outcome=erp");
  expect(changed.body).toMatchObject({ gln: "4000000000002", is_default: true });
});

test.each<[string, object, string]>([
  ["another partner's customer", { customer_id: "C0000004" }, "422 invalid-body /customer_id unknown-reference"],
  ["a name longer than the column", { name: "x".repeat(36) }, "422 invalid-body /name too-long"],
  ["a number of its own choice", { number: 7 }, "422 invalid-body /number field-not-writable"],
  ["a GLN that is none", { gln: "123" }, "422 invalid-body /gln malformed"],
  ["a country in words", { country: "Germany" }, "422 invalid-body /country malformed"],
])("refuses %s", async (_, address, expected) => {
  expect(refusalOf(await add(address))).toBe(expected);
});
