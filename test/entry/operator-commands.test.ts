/** The commands over the control plane's verbs, beside a gateway that runs: what they do, say, refuse and hand to scripts. */
import { userInfo } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { verbs } from "#control-plane/verbs.ts";
import { operatorCommands } from "../../src/entry/commands/operator-commands.ts";
import { makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
let url = "";

beforeAll(async () => {
  place = makeProjectFolder();
  url = await place.run().serves();
}, 60_000);
afterAll(() => place.remove());

async function sluice(...words: readonly string[]) {
  const run = place.cli([...words, "--project", "."]);
  const code = await run.ends();
  return { code, out: run.out().trimEnd(), err: run.err().trimEnd() };
}

const statusOf = async (key: string): Promise<number> => (await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } })).status;
const idOf = (key: string): string => key.split("_")[2] ?? "";

async function newKey(partner: string): Promise<string> {
  return (await sluice("key", "create", "--partner", partner, "--account", "live:A1", "--env", "live", "--scopes", "things:read")).out;
}

/** Revocations and the like are seen within a second. */
async function sees(key: string, status: number): Promise<void> {
  await expect.poll(() => statusOf(key), { timeout: 5_000, interval: 100 }).toBe(status);
}

test("every verb has a command of its name, with a summary and a line on what it takes", () => {
  const named = new Map(operatorCommands.map((command) => [command.name, command]));
  for (const { name, summary } of verbs.values()) expect(named.get(name.replace(".", " "))).toMatchObject({ summary });
});

test("a key is rotated: both work, the old one's end is shown, and it is cut short", { timeout: 60_000 }, async () => {
  const old = await newKey("Rotating");
  const rotated = await sluice("key", "rotate", idOf(old), "--overlap", "2h");
  expect(rotated).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^slc_live_/),
    err: expect.stringContaining(`replaces ${idOf(old)}. It is shown only now:`),
  });
  expect([await statusOf(old), await statusOf(rotated.out)]).toEqual([200, 200]);
  const shown = await sluice("key", "show", idOf(old));
  expect(shown.out).toMatch(new RegExp(`Replaced by +${idOf(rotated.out)}`));
  expect(shown.out).toMatch(/VERSION +STATE +CREATED +EXPIRES +LAST USED +FROM/);
  expect(await sluice("key", "rotate", idOf(old))).toMatchObject({ code: 1, out: "", err: expect.stringContaining("was rotated already") });
  expect(await sluice("key", "rotate", idOf(rotated.out), "--overlap", "31d")).toMatchObject({ code: 1, err: "An overlap lasts at most 30 days." });
  expect(await sluice("key", "rotate", idOf(rotated.out), "--overlap", "soon")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--overlap takes a length of time: 90s, 15m, 72h or 30d."),
  });
  expect(await sluice("key", "revoke", idOf(old))).toMatchObject({ code: 0 });
  await sees(old, 401);
  expect(await statusOf(rotated.out)).toBe(200);
});

test("a key's end is set and lifted, and the key is changed, suspended and resumed", { timeout: 60_000 }, async () => {
  const key = await newKey("Changing");
  const id = idOf(key);
  expect((await sluice("key", "expire", id, "--at", "2031-01-31")).out).toBe(`${id} expires 2031-01-31T00:00:00.000Z`);
  expect((await sluice("key", "expire", id, "--at", "none")).out).toBe(`${id} does not expire`);
  expect(await sluice("key", "expire", id)).toMatchObject({ code: 2, err: expect.stringContaining("--at is missing.") });
  const changed = await sluice("key", "change", id, "--allow-from", "127.0.0.1,::1", "--label", "sync", "--json");
  expect(JSON.parse(changed.out)).toMatchObject({ id, allow_from: ["127.0.0.1/32", "::1/128"], label: "sync", scopes: ["things:read"] });
  expect(JSON.parse((await sluice("key", "change", id, "--allow-from", "none", "--json")).out)).toMatchObject({ allow_from: null, label: "sync" });
  expect(await sluice("key", "change", id, "--allow-from", "10.0.0.1/8", "--scopes", "things:reed")).toEqual({
    code: 1,
    out: "",
    err: 'No contract declares "things:reed". There are: things:read.\n"10.0.0.1/8" is an address inside of the network 10.0.0.0/8; name the one or the other.',
  });
  expect((await sluice("key", "suspend", id)).out).toBe(`Suspended ${id} of Changing`);
  await sees(key, 401);
  await sluice("key", "resume", id);
  await sees(key, 200);
});

test("a partner is renamed, suspended with its keys, and removed when nobody can call with them", { timeout: 60_000 }, async () => {
  const key = await newKey("Before");
  expect((await sluice("partner", "change", "Before", "--name", "After", "--note", "moved")).out).toMatch(/^ptr_\w+ is now After$/);
  expect((await sluice("partner", "show", "after")).out).toMatch(/Name +After\nState +active\nAccounts +live:A1\nCreated .+\nNote +moved/);
  expect(await sluice("partner", "show", "Before")).toEqual({ code: 1, out: "", err: 'There is no partner "Before".' });
  await sluice("partner", "suspend", "After");
  await sees(key, 401);
  expect((await sluice("key", "list", "--partner", "After")).out).toMatch(/suspended/);
  await sluice("partner", "resume", "After");
  await sees(key, 200);
  expect((await sluice("partner", "remove-account", "--partner", "After", "--account", "live:A1")).out).toBe("After has no account");
  expect(await sluice("partner", "remove", "After")).toMatchObject({ code: 1, err: expect.stringContaining("neither revoked nor expired") });
  await sluice("key", "revoke", idOf(key));
  expect((await sluice("partner", "remove", "After")).out).toMatch(/^Removed ptr_\w+: After$/);
});

test("what was done is on record under the account's name, and the record is checked", { timeout: 60_000 }, async () => {
  const id = idOf(await newKey("Audited"));
  await sluice("key", "revoke", id);
  const listed = await sluice("audit", "list", "--subject", `key ${id}`);
  const who = userInfo().username;
  expect(listed.out.split("\n").map((line) => line.replaceAll(/ {2,}/g, "|").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "WHEN"))).toEqual([
    "SEQ|WHEN|WHO|VERB|SUBJECT|CHANGED",
    expect.stringMatching(new RegExp(`^\\d+\\|WHEN\\|${who} \\(cli\\)\\|key\\.revoke\\|key ${id}\\|revoked_at$`)),
    expect.stringMatching(new RegExp(`^\\d+\\|WHEN\\|${who} \\(cli\\)\\|key\\.create\\|key ${id}\\|made$`)),
  ]);
  const records = z.array(z.object({ seq: z.int(), verb: z.string() })).parse(JSON.parse((await sluice("audit", "list", "--json", "--limit", "2")).out));
  expect(records).toHaveLength(2);

  const intact = await sluice("audit", "verify");
  expect(intact).toMatchObject({ code: 0, out: expect.stringMatching(/^Intact: \d+ records\nAnchor: \d+:[0-9a-f]{64}$/) });
  const anchor = intact.out.split(" ").at(-1) ?? "";
  expect(await sluice("audit", "verify", "--anchor", anchor, "--since-anchor", "--json")).toMatchObject({
    code: 0,
    out: expect.stringContaining('"records":1'),
  });
  const other = `${anchor.split(":")[0]}:${"0".repeat(64)}`;
  expect(await sluice("audit", "verify", "--anchor", other)).toMatchObject({
    code: 1,
    out: expect.stringContaining("is not the one that the anchor was noted of"),
  });
  expect(await sluice("audit", "verify", "--anchor", "1")).toMatchObject({ code: 2, err: expect.stringMatching(/^--anchor: Takes a number and a hash/) });
});
