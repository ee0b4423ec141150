/** Receipts: kept with the effect, read back byte by byte, sealed from whoever looks into the table, and forgotten in time. */
import { randomBytes } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { StoredAnswer } from "#contract/command-call.ts";
import { bodySeal } from "#erp/write/body-seal.ts";
import { installFootprint } from "#erp/write/footprint/install.ts";
import { operationTable } from "#erp/write/operation-table.ts";
import type { BodySeal, Receipt } from "#erp/write/receipt.ts";
import { type ReceiptEntry, receiptTable } from "#erp/write/receipt-table.ts";
import { tidyReceipts } from "#erp/write/retention.ts";
import { onEach } from "./support/footprint.ts";

const day = 86_400_000;
const answer: StoredAnswer = { status: 201, headers: { Location: "/v1/orders/7", ETag: '"x"' }, body: '{"note":"Grüße 🚚 \\n \u2028","total":"10.00"}\n' };

onEach("receipts", (erp) => {
  const { source, dialect, table, open, run, rows } = erp;
  const receipts = receiptTable(source, dialect);
  const secret = randomBytes(32);
  const seal = bodySeal({ current: secret, previous: [] });
  const entry: ReceiptEntry = {
    partner: "p1",
    command: "orders.place",
    fingerprint: randomBytes(32),
    answer,
    scopes: ["orders:write", "orders:read"],
    made: "/v1/orders/7",
  };
  const keep = (key: Uint8Array, what: Partial<ReceiptEntry> = {}): Promise<void> =>
    open().transact((transaction) => transaction.commit([receipts.insert(key, { ...entry, ...what }, seal)]));
  const find = async (key: Uint8Array, by: BodySeal = seal): Promise<Receipt | undefined> => receipts.read(await open().query(receipts.lookup(key)), key, by);
  const made = (count: number): Promise<Uint8Array[]> =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const key = randomBytes(16);
        await keep(key);
        return key;
      }),
    );
  const counts = async (): Promise<readonly unknown[]> => ((await rows(`SELECT COUNT(*), COUNT(answer) FROM ${table("receipt")}`))[0] ?? []).map(Number);
  const tidy = (now: number, limit = 1_000) => tidyReceipts(open(), source, dialect, { bodyDays: 7, tombstoneDays: 400, limit, now });

  beforeAll(async () => {
    await installFootprint(source, open());
  });
  beforeEach(async () => {
    await run(`DELETE FROM ${table("receipt")}`);
    await run(`UPDATE ${table("footprint")} SET answers_kept_from = '1970-01-01'`);
  });

  test("are read back byte by byte, with and without a body", async () => {
    const [one, other, long] = [randomBytes(16), randomBytes(16), randomBytes(16)];
    await keep(one);
    await keep(other, { answer: { status: 204, headers: {}, body: null }, scopes: [], made: undefined });
    await keep(long, { answer: { ...answer, body: "é".repeat(200_000) } });
    expect(await find(one)).toEqual({ partner: "p1", fingerprint: entry.fingerprint, answer, scopes: entry.scopes, made: entry.made });
    expect(await find(other)).toMatchObject({ answer: { status: 204, headers: {}, body: null }, scopes: [], made: undefined });
    expect((await find(long))?.answer?.body).toBe("é".repeat(200_000));
    expect(await find(randomBytes(16))).toBeUndefined();
  });

  test("are one per key, whatever else is in them", async () => {
    const key = randomBytes(16);
    await keep(key);
    const again = keep(key, { partner: "p2" }).catch((error: unknown) => dialect.statementError?.(error)?.sqlstate);
    expect(await again).toMatch(/^23/);
    expect(await find(key)).toMatchObject({ partner: "p1" });
  });

  test("tell whoever looks into the table nothing of the answer", async () => {
    const key = randomBytes(16);
    await keep(key);
    const [[stored] = []] = await rows(`SELECT answer FROM ${table("receipt")}`);
    const bytes = Buffer.from(stored as Uint8Array);
    expect(bytes[0]).toBe(1);
    for (const secretText of ["note", "total", "10.00", "Location", "orders"]) expect(bytes.includes(secretText)).toBe(false);
    await run(`DELETE FROM ${table("receipt")}`);
    await keep(key);
    const [[second] = []] = await rows(`SELECT answer FROM ${table("receipt")}`);
    expect(Buffer.from(second as Uint8Array).equals(bytes)).toBe(false);
  });

  test("are opened by the secret that was before, and by no other; moved to another key they are not opened at all", async () => {
    const [key, other] = [randomBytes(16), randomBytes(16)];
    await keep(key);
    const renewed = bodySeal({ current: randomBytes(32), previous: [randomBytes(32), secret] });
    expect((await find(key, renewed))?.answer).toEqual(answer);
    const stranger = await find(key, bodySeal({ current: randomBytes(32), previous: [] }));
    expect(stranger).toMatchObject({ partner: "p1", answer: undefined });
    await keep(other, { answer: { ...answer, body: "other" } });
    const [from, to] = [key, other].map((hash) =>
      source.dialect === "postgres" ? `'${Buffer.from(hash).toString("hex")}'` : `X'${Buffer.from(hash).toString("hex")}'`,
    );
    const [[moved] = []] = await rows(`SELECT answer FROM ${table("receipt")} WHERE key_hash = ${from}`);
    const literal = `'${Buffer.from(moved as Uint8Array).toString("hex")}'`;
    await run(
      `UPDATE ${table("receipt")} SET answer = ${source.dialect === "postgres" ? `decode(${literal}, 'hex')` : `UNHEX(${literal})`} WHERE key_hash = ${to}`,
    );
    expect((await find(other))?.answer).toBeUndefined();
  });

  test("keep their answers for as long as they should, and are remembered without them for much longer", async () => {
    const [key = randomBytes(16)] = await made(3);
    expect(await tidy(Date.now() + 6.9 * day)).toEqual({ forgotten: 0, removed: 0, more: false });
    expect(await counts()).toEqual([3, 3]);
    expect(await tidy(Date.now() + 7.1 * day)).toEqual({ forgotten: 3, removed: 0, more: false });
    expect(await find(key)).toEqual({ partner: "p1", fingerprint: entry.fingerprint, answer: undefined, scopes: entry.scopes, made: entry.made });
    expect(await tidy(Date.now() + 399.9 * day)).toEqual({ forgotten: 0, removed: 0, more: false });
    expect(await tidy(Date.now() + 400.1 * day)).toEqual({ forgotten: 0, removed: 3, more: false });
    expect(await find(key)).toBeUndefined();
  });

  test("are forgotten in bounded rounds, where many came at the same moment, too", async () => {
    await made(26);
    await run(`UPDATE ${table("receipt")} SET created_at = '2020-01-01 00:00:00'`);
    const now = Date.parse("2020-01-10");
    expect(await tidy(now, 2)).toEqual({ forgotten: 20, removed: 0, more: true });
    expect(await counts()).toEqual([26, 6]);
    expect(await tidy(now, 2)).toEqual({ forgotten: 6, removed: 0, more: false });
    expect(await counts()).toEqual([26, 0]);
    expect(await tidy(now + 400 * day, 2)).toEqual({ forgotten: 0, removed: 20, more: true });
    expect(await tidy(now + 400 * day, 2)).toEqual({ forgotten: 0, removed: 6, more: false });
  });

  test("are left to one process at a time; what it has gone through is not looked at again", async () => {
    await made(4);
    const now = Date.now() + 8 * day;
    const all = await Promise.all([tidy(now, 2), tidy(now, 2), tidy(now, 2)]);
    await tidy(now, 2);
    expect(all.reduce((sum, { forgotten }) => sum + forgotten, 0)).toBeLessThanOrEqual(4);
    expect(await counts()).toEqual([4, 0]);
    const [[keptFrom] = []] = await rows(`SELECT answers_kept_from FROM ${table("footprint")}`);
    expect(Date.parse(`${String(keptFrom).slice(0, 19).replace(" ", "T")}Z`)).toBe(Math.floor((now - 7 * day) / 1000) * 1000);
  });

  test("go with operations that ended as long ago, and those that have not ended stay", async () => {
    const operations = operationTable(source, dialect);
    const [old, open_] = [randomBytes(16), randomBytes(16)];
    const staged = { partner: "p1", resource: "payments", command: "report", stagedKey: "1", deadline: 0, createdAt: 0 };
    const add = [old, open_].map((keyHash) => operations.insert({ keyHash, ...staged }));
    await open().transact((transaction) => transaction.commit([...add, operations.end(old, "succeeded", { made: undefined, refusal: undefined }, 1_000)]));
    expect(await tidy(1_000 + 399 * day)).toMatchObject({ removed: 0 });
    expect(await tidy(1_001 + 400 * day)).toMatchObject({ removed: 1 });
    expect((await open().query(operations.find(open_))).map(operations.read)).toMatchObject([{ state: "pending", stagedKey: "1" }]);
    expect(await open().query(operations.find(old))).toEqual([]);
  });
});
