/** The command line: against a gateway that runs, and against the folder of one that does not; exact errors and exit codes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GatewayProcess, makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
let gateway: GatewayProcess;
let url = "";

beforeAll(async () => {
  place = makeProjectFolder();
  gateway = place.run();
  url = await gateway.serves();
}, 60_000);
afterAll(() => place.remove());

interface Outcome {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

async function sluice(...words: readonly string[]): Promise<Outcome> {
  const run = place.cli(words);
  const code = await run.ends();
  return { code, out: run.out().trimEnd(), err: run.err().trimEnd() };
}

/** A command on the trial project. */
function onTrial(...words: readonly string[]): Promise<Outcome> {
  return sluice(...words, "--project", ".");
}

const statusOf = async (key: string): Promise<number> => (await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } })).status;

describe("beside a gateway that runs", { timeout: 60_000 }, () => {
  test("a partner and its key are made, used, listed and revoked, without a restart", async () => {
    expect(await onTrial("partner", "create", "--name", "Acme", "--account", "live:A7", "--account", "test:A8")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Created ptr_\w+: Acme$/),
    });
    const created = await onTrial("key", "create", "--partner", "acme", "--env", "live", "--scopes", "things:read", "--label", "sync", "--expires", "90d");
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^slc_live_\w{12}_\w{49}$/) });
    expect(created.err).toContain("shown only now");
    expect(await statusOf(created.out)).toBe(200);

    const kid = created.out.split("_")[2] ?? "";
    const listed: unknown = JSON.parse((await onTrial("key", "list", "--partner", "Acme", "--json")).out);
    expect(listed).toEqual([expect.objectContaining({ id: kid, environment: "live", state: "active", label: "sync", scopes: ["things:read"] })]);
    expect(JSON.stringify(listed)).not.toContain(created.out.slice(-49));

    expect(await onTrial("key", "revoke", kid)).toMatchObject({ code: 0, out: `Revoked ${kid} of Acme` });
    await expect.poll(() => statusOf(created.out), { timeout: 5_000 }).toBe(401);
    expect((await onTrial("key", "list", "--partner", "Acme")).out).toMatch(new RegExp(`${kid} +Acme +live +revoked`));
    expect(JSON.parse((await onTrial("partner", "list", "--json")).out)).toHaveLength(3); // Acme and the two of the trial project
  });

  test("a first key registers its partner, or gives it the account; one that is refused registers nobody", async () => {
    const words = ["key", "create", "--env", "live", "--scopes", "things:read", "--account", "live:N1"];
    const created = await onTrial(...words, "--partner", "Newcomer");
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^slc_live_/) });
    expect(await statusOf(created.out)).toBe(200);
    expect(await onTrial(...words, "--account", "test:N2", "--partner", "newcomer")).toMatchObject({ code: 0 });
    expect((await onTrial("partner", "list")).out).toMatch(/Newcomer +live:N1 test:N2/);
    expect(await onTrial("key", "create", "--env", "live", "--scopes", "things:reed", "--account", "live:N1", "--partner", "Nobody")).toMatchObject({
      code: 1,
    });
    expect((await onTrial("partner", "list")).out).not.toContain("Nobody");
  });

  test("what cannot be done is refused with 1 and the reasons, what was mistyped with 2 and the usage", async () => {
    expect(await onTrial("key", "create", "--partner", "Nobody", "--env", "live", "--scopes", "things:reed,things:read")).toEqual({
      code: 1,
      out: "",
      err: 'There is no partner "Nobody".\nNo contract declares "things:reed". There are: things:read.',
    });
    expect(await onTrial("key", "revoke", "aaaaaaaaaaaa")).toEqual({ code: 1, out: "", err: 'There is no key "aaaaaaaaaaaa".' });
    for (const [words, said] of [
      [["key", "create", "--env", "prod"], "--partner is missing; --env takes live or test; --scopes is missing."],
      [["key", "create", "--partner", "x", "--env", "live", "--scopes", "a:read", "--expires", "2027-02-31"], "--expires takes a date"],
      [["key", "revoke"], "The key id is missing."],
      [["key", "revoke", "a", "b"], '"b" is one word too many.'],
      [["partner", "create", "--name", "x", "--account", "C1"], "--account takes live:<account> or test:<account>"],
      [["key", "list", "--colour"], "'--colour'"],
    ] as const) {
      const outcome = await onTrial(...words);
      expect([words, outcome.code, outcome.out]).toEqual([words, 2, ""]);
      expect(outcome.err).toContain(said);
      expect(outcome.err).toContain("Usage: sluice ");
    }
  });

  test("help is asked for with 0 and found without asking with 2", async () => {
    for (const words of [[], ["--help"], ["help"]])
      expect(await sluice(...words)).toMatchObject({ code: 0, out: expect.stringContaining("key create"), err: "" });
    expect(await sluice("key", "create", "--help")).toMatchObject({ code: 0, out: expect.stringContaining("--scopes") });
    expect(await sluice("--version")).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/), err: "" });
    expect(await sluice("key", "destroy")).toMatchObject({ code: 2, out: "", err: expect.stringContaining('There is no command "key destroy".') });
  });

  test("documents are written, checked, and missed when they are not what the contracts give", async () => {
    expect(await onTrial("document", "--check")).toMatchObject({ code: 1, err: expect.stringContaining("2026-01-01.json") });
    expect(await onTrial("document")).toMatchObject({ code: 0, out: "Wrote openapi/2026-01-01.json" });
    expect(await onTrial("document", "--check")).toEqual({ code: 0, out: "", err: "" });
  });
});

test("without a running gateway it starts the folder's Postgres for itself, and stops it again", { timeout: 60_000 }, async () => {
  gateway.child.kill("SIGTERM");
  await gateway.ends();
  expect((await onTrial("partner", "list", "--json")).out).toContain('"Second"');
  expect(await onTrial("migrate")).toEqual({ code: 0, out: "Nothing to do.", err: "" });
  expect(place.serverPid()).toBeUndefined();
});

test("a database that cannot be reached is a sentence, not a stack", async () => {
  const bytes = Buffer.alloc(32).toString("base64");
  const nowhere = "postgres://u:hunter2@127.0.0.1:1/sluice";
  const run = place.cli(["key", "list", "--project", "."], {
    DATABASE_URL: nowhere,
    ERP_LIVE_URL: nowhere,
    ERP_TEST_URL: nowhere,
    SLUICE_KEY_PEPPER: `1:${bytes}`,
    SLUICE_SECRET: bytes,
  });
  expect(await run.ends()).toBe(1);
  expect(run.err()).toBe("The database 127.0.0.1:1/sluice cannot be reached.\n  Cause: connect ECONNREFUSED 127.0.0.1:1\n");
});
