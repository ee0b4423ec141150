/** Numbers and dates at and beyond the edges: compared exactly, or refused by name. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
const list = (query: string) => target().get(`/v1/orders?${query}`);
const enc = encodeURIComponent;
const nothing = '{"data":[],"next_cursor":null}';

describe("numbers and dates", () => {
  test("that are none are 400 naming the parameter", async () => {
    const numbers = [
      "NaN",
      "Infinity",
      "-Infinity",
      "infinity",
      "1e999",
      "1e5",
      "0x10",
      "1_000",
      "1,5.",
      "٣",
      "１２",
      "",
      " ",
      "+1",
      ".5",
      "5.",
      "--1",
      "1.2.3",
      "9".repeat(31),
      `0.${"1".repeat(13)}`,
      "9".repeat(5_000),
      "1n",
      "-",
      "€1",
    ];
    for (const value of numbers) {
      for (const parameter of ["total.amount", "total.amount[gte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), value).toEqual({ status: 400, code: "invalid-parameter", where: parameter });
    }
    const dates = [
      "2026-02-30",
      "2026-02-29",
      "2025-13-01",
      "2026-00-10",
      "2026-01-00",
      "0000-01-01",
      "0001-01-01",
      "10000-01-01",
      "275760-09-13",
      "+275760-09-13",
      "99999-01-01",
      "-000001-01-01",
      "20260101",
      "2026-1-1",
      "01/02/2026",
      "yesterday",
      "now",
      "infinity",
      "epoch",
      "2026-01-01 ",
      "٢٠٢٦-01-01",
      "0",
      "-1",
      "1e3",
      "NaN",
      "2026-W01-1",
      "2026-001",
    ];
    for (const value of dates) {
      for (const parameter of ["requested_on", "requested_on[gt]", "placed_at", "placed_at[lte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), `${parameter}=${value}`).toEqual({
          status: 400,
          code: "invalid-parameter",
          where: parameter,
        });
    }
    const instants = [
      "2026-01-01T24:00:00Z",
      "2026-01-01T25:00:00Z",
      "2026-01-01T12:60:00Z",
      "2026-01-01T12:00:61Z",
      "2026-01-01T12:00:00",
      "2026-01-01T12:00Z",
      "2026-01-01 12:00:00Z",
      "2026-01-01T12:00:00+99:99",
      "2026-02-30T00:00:00Z",
      "2026-01-01T12:00:00.1234567890Z",
      "2026-01-01T12:00:00 01:00",
      "9999-12-31T23:59:59-23:59",
      "0999-12-31T23:59:59Z",
    ];
    for (const value of instants) {
      for (const parameter of ["placed_at", "placed_at[gte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), value).toEqual({ status: 400, code: "invalid-parameter", where: parameter });
    }
  });

  test("at the edges of what can be said are compared, whatever the ERP's column can hold", async () => {
    const { get } = target();
    const all = JSON.stringify((await get("/v1/orders?limit=200&fields=id")).body);
    const everything = [
      "total.amount[gte]=-999999999999999999999999999999",
      "total.amount[lt]=999999999999999999999999999999.999999999999",
      "placed_at[gte]=1000-01-01",
      "placed_at[lt]=9999-12-31T23:59:59Z",
      "placed_at[gt]=1000-01-01T00:00:00Z",
      "total.amount[gt]=-0.000000000001",
    ];
    for (const query of everything)
      expect(JSON.stringify((await list(`limit=200&fields=id&${query.replace("[", "%5B").replace("]", "%5D")}`)).body), query).toBe(all);
    const none = [
      "total.amount[gt]=999999999999999999999999999999",
      "total.amount=999999999999999999999999999999",
      "total.amount=0.000000000001",
      "placed_at[lt]=1000-01-01",
      "placed_at[gt]=9999-12-31",
      "requested_on=9999-12-31",
      "requested_on[lt]=1000-01-01",
      "total.amount=-9223372036854775809",
    ];
    for (const query of none) expect((await list(query.replace("[", "%5B").replace("]", "%5D"))).body, query).toBe(nothing);
  });

  test("zero has no sign", async () => {
    const { get } = target();
    const payments = (query: string) => get(`/v1/stock?limit=200&fields=id&${query}`);
    const plain = await payments("available=0");
    expect(plain.status).toBe(200);
    for (const zero of ["-0", "0.000", "-0.0", "00", "000000.0"]) expect((await payments(`available=${zero}`)).body, zero).toBe(plain.body);
    const above = (await payments("available%5Bgt%5D=0")).body;
    expect((await payments("available%5Bgt%5D=-0")).body.slice(0, 200)).toBe(above.slice(0, 200));
  });
});
