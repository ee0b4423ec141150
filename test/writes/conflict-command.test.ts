/** `sluice conflict` as typed: what waits for a person, both sides' values, and decisions that are carried out or refused as a whole. */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProjectFolder } from "../entry/gateway-process.ts";
import { createDatabase } from "../support/postgres.ts";
import { type ServedShop, serveShop } from "./serve-shop.ts";

const project = fileURLToPath(new URL("shop-project", import.meta.url));

let shop: ServedShop;
let place: ReturnType<typeof makeProjectFolder>;
beforeAll(async () => {
  place = makeProjectFolder();
  shop = await serveShop("postgres", undefined, { gateways: 1 });
}, 120_000);
afterAll(async () => {
  await shop?.close();
  await place?.remove();
});

let path: string;
let ifMatch: string;
beforeEach(async () => {
  await shop.database.run("DELETE FROM sluice.conflict");
  const placed = await shop.place();
  path = String(placed.headers.get("location"));
  ifMatch = String(placed.headers.get("etag"));
});
const thing = () => path.split("/").at(-1) ?? "";
const inErp = (set: string) => shop.database.run(`UPDATE ordhdr SET ${set} WHERE ordno = '${thing()}'`);
const now = async () => (await shop.send("GET", path)).body;

async function sluice(...words: readonly string[]) {
  const run = place.cli(["conflict", ...words, "--project", project], shop.variables);
  const code = await run.ends();
  return { code, out: run.out(), err: run.err() };
}

/** A change of the note by both sides, which the contract leaves to a person. */
async function parked(erp = "theirs", partner = "ours"): Promise<string> {
  await inErp(`note = '${erp}'`);
  const answer = await shop.send("PATCH", path, { body: { note: partner }, ifMatch, idempotencyKey: randomUUID() });
  expect(answer.headers.get("field-conflicts")).toBe("note;rule=review;outcome=parked");
  const [row] = await shop.database.rows(`SELECT id FROM sluice.conflict WHERE state = 'open' AND thing = '${thing()}'`);
  return String(row?.[0]);
}

test("what waits for a person is listed, shown with both values, and the rest on request", { timeout: 60_000 }, async () => {
  expect(await sluice("list")).toMatchObject({ code: 0, out: "Nothing waits for a decision.\n" });
  const id = await parked();
  await inErp("prio = 9");
  await shop.send("PATCH", path, { body: { priority: 1 }, ifMatch });

  const list = await sluice("list");
  expect(list).toMatchObject({ code: 0, err: "" });
  expect(list.out.split("\n")).toHaveLength(3);
  expect(list.out).toMatch(new RegExp(`^${id} +live +open +first +orders/${thing()} +note +review: put off for a person +20`, "m"));
  const all: { state: string; field: string; partner_value: unknown }[] = JSON.parse(
    (await sluice("list", "--state", "all", "--partner", "FIRST", "--json")).out,
  );
  expect(all.map(({ state, field, partner_value }) => [state, field, partner_value])).toEqual([
    ["open", "note", "ours"],
    ["resolved", "priority", 1],
  ]);
  expect((await sluice("list", "--state", "all", "--partner", "second")).out).toBe("There are none.\n");

  const { code, out } = await sluice("show", id);
  expect(code).toBe(0);
  expect(out).toMatch(/^ERP's value: +"theirs"$/m);
  expect(out).toMatch(/^Partner's value: +"ours"$/m);
  expect(out).toMatch(/^Rule: +review$/m);
  expect(out).toMatch(/^Decided: +not yet/m);
});

test("to keep the ERP's value closes the record, with who decided and when", { timeout: 60_000 }, async () => {
  const id = await parked();
  const resolved = await sluice("resolve", id, "--take", "erp", "--by", "Ada", "--note", "agreed by phone");
  expect(resolved).toMatchObject({ code: 0, out: `Resolved ${id}: the ERP's value of note stands.\n` });
  expect((await now())["note"]).toBe("theirs");
  const { out } = await sluice("show", id);
  expect(out).toMatch(/^Decided: +by Ada, 20\S+Z: the ERP's value$/m);
  expect(out).toMatch(/^Note: +agreed by phone$/m);
  const again = await sluice("resolve", id, "--take", "partner", "--by", "Bob");
  expect(again.code).toBe(1);
  expect(again.err).toMatch(/^It has been decided already: by Ada/);
  expect((await now())["note"]).toBe("theirs");
});

test("to take the partner's value writes it by the command that partners use", { timeout: 60_000 }, async () => {
  const id = await parked();
  expect(await sluice("resolve", id, "--take", "partner", "--by", "Ada")).toMatchObject({
    code: 0,
    out: `Resolved ${id}: the partner's value of note stands.\n`,
  });
  expect((await now())["note"]).toBe("ours");
  const json: { resolved_by: string; took: string } = JSON.parse((await sluice("show", id, "--json")).out);
  expect(json).toMatchObject({ resolved_by: "Ada", took: "partner" });
});

test("a value that the ERP has changed since is not overwritten unless that is what is wanted", { timeout: 60_000 }, async () => {
  const id = await parked();
  await inErp("note = 'newer'");
  const refused = await sluice("resolve", id, "--take", "partner", "--by", "Ada");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('The ERP\'s value is another than when this was recorded: "newer". Nothing was changed; --force writes all the same.');
  expect((await now())["note"]).toBe("newer");
  expect((await sluice("list")).out).toContain(id);
  expect((await sluice("resolve", id, "--take", "partner", "--by", "Ada", "--force")).code).toBe(0);
  expect((await now())["note"]).toBe("ours");
});

test("of two people who decide at once, one does", { timeout: 60_000 }, async () => {
  const id = await parked();
  const both = await Promise.all([sluice("resolve", id, "--take", "partner", "--by", "Ada"), sluice("resolve", id, "--take", "erp", "--by", "Bob")]);
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
  const { took }: { took: string } = JSON.parse((await sluice("show", id, "--json")).out);
  expect((await now())["note"]).toBe(took === "partner" ? "ours" : "theirs");
});

test("what the ERP overwrote of a partner's own field comes up by itself, and can be put right", { timeout: 90_000 }, async () => {
  await inErp("refno = 'ERP'");
  const found = async () =>
    (await shop.database.rows(`SELECT id FROM sluice.conflict WHERE state = 'open' AND thing = '${thing()}'`)).map(([id]) => String(id));
  await expect.poll(found, { timeout: 60_000, interval: 500 }).toHaveLength(1);
  const [id = ""] = await found();
  const { out } = await sluice("show", id);
  expect(out).toMatch(/^What happened: +the ERP overwrote the partner's field$/m);
  expect(out).toMatch(/^ERP's value: +"ERP"\nPartner's value: +"PO 7"$/m);
  // It came with `place`, which makes orders: what is there is changed by `amend`.
  expect((await sluice("resolve", id, "--take", "partner", "--by", "Ada")).code).toBe(0);
  expect((await now())["reference"]).toBe("PO 7");
});

test("a thing that is gone leaves the record open, and says why", { timeout: 60_000 }, async () => {
  const id = await parked();
  await shop.database.run(`DELETE FROM ordlin WHERE ordno = '${thing()}'; DELETE FROM ordhdr WHERE ordno = '${thing()}'`);
  const refused = await sluice("resolve", id, "--take", "partner", "--by", "Ada");
  expect([refused.code, refused.err]).toEqual([1, "It is gone, or no longer the partner's. Nothing was changed.\n"]);
  expect((await sluice("list")).out).toContain(id);
});

test("where the gateway's own tables are missing, that is said, and the other places are shown", { timeout: 60_000 }, async () => {
  const id = await parked();
  const bare = await createDatabase();
  try {
    const run = place.cli(["conflict", "list", "--project", project], { ...shop.variables, SHOP_TEST_URL: bare.url });
    expect(await run.ends()).toBe(0);
    expect(run.err()).toBe("The gateway's own tables are not in the database of shop, test: sluice source install puts them there.\n");
    expect(run.out()).toContain(id);
  } finally {
    await bare.drop();
  }
});

test("what was typed wrongly is told", { timeout: 60_000 }, async () => {
  expect(await sluice("show", "nothing")).toMatchObject({ code: 1, err: 'There is no conflict "nothing". sluice conflict list --state all lists them.\n' });
  const missing = await sluice("resolve", "nothing");
  expect([missing.code, missing.err.split("\n")[0]]).toEqual([2, "--take takes partner or erp; --by is missing."]);
  expect((await sluice("resolve", "x", "--take", "mine", "--by", "Ada")).err).toContain("--take takes partner or erp.");
});
