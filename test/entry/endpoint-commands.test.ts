/** `sluice endpoint ...`: every command, typed as an operator types it, against a receiver that answers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answersChallenges } from "../support/receivers/answers-challenges.ts";
import { answers } from "../support/receivers/behaviours.ts";
import { type Receiver, startReceiver } from "../support/receivers/receiver.ts";
import { makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
let receiver: Receiver;

beforeAll(async () => {
  place = makeProjectFolder();
  // The trial has nothing to tell of.
  const file = join(place.project, "gateway.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("  reads: {", '  events: (on) => ({ "thing.made": on.created() }),\n  reads: {'));
  receiver = await startReceiver({ behaviour: answersChallenges });
  await place.run().serves();
  await sluice("partner", "create", "--name", "Alpine", "--account", "test:A1");
}, 60_000);
afterAll(async () => {
  place.remove();
  await receiver.close();
});

async function sluice(...words: readonly string[]) {
  const run = place.cli([...words, "--project", "."]);
  const code = await run.ends();
  return { code, out: run.out().trimEnd(), err: run.err().trimEnd() };
}

test("an endpoint is made, verified, tested, changed, suspended, resumed and deleted", { timeout: 300_000 }, async () => {
  const url = `${receiver.url}/hook`;
  const terms = ["--partner", "Alpine", "--env", "test", "--url", url, "--types", "*", "--scopes", "things:read,webhooks:read"];
  const made = await sluice("endpoint", "create", ...terms);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^whsec_\S{44}$/), err: expect.stringContaining("shown only now:") });
  const id = /we_[0-9A-Za-z]{16}/.exec(made.err)?.[0] ?? "";
  expect(JSON.parse((await sluice("endpoint", "show", id)).out)).toMatchObject({ id, state: "unverified", types: ["*"], url });
  expect(await sluice("endpoint", "test", id)).toMatchObject({ code: 1, err: expect.stringContaining("verify it first") });
  expect(await sluice("endpoint", "verify", id)).toMatchObject({ code: 0, out: `${id} of Alpine has answered its challenge: active` });
  expect(await sluice("endpoint", "test", id, "--type", "webhook_endpoint.failing")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^webhook_endpoint\.failing evt_\w{22}: taken with 204 in \d+ ms$/),
  });
  receiver.turn(answers(500, {}, "out of order"), "/hook");
  expect(await sluice("endpoint", "test", id)).toMatchObject({ code: 1, out: expect.stringMatching(/It answered 500\. in \d+ ms\nout of order$/) });
  receiver.turn(answersChallenges, "/hook");

  const rotated = await sluice("endpoint", "rotate-secret", id, "--overlap", "1h");
  expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^whsec_/), err: expect.stringContaining("The one of before ends at 20") });
  await sluice("endpoint", "test", id);
  const { headers, body } = receiver.requests.at(-1) ?? expect.unreachable();
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  for (const secret of [made.out, rotated.out]) expect(new Webhook(secret).verify(body, given)).toMatchObject({ test: true });

  expect(await sluice("endpoint", "suspend", id)).toMatchObject({ code: 0, out: `Suspended ${id} of Alpine` });
  expect(await sluice("endpoint", "resume", id)).toMatchObject({ code: 0, out: `Resumed ${id} of Alpine` });
  expect(await sluice("endpoint", "update", id, "--url", `${receiver.url}/other`, "--description", "moved")).toMatchObject({
    code: 0,
    out: expect.stringContaining(`Changed ${id} of Alpine: suspended. Its URL has changed`),
  });
  expect(await sluice("endpoint", "list", "--partner", "Alpine")).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`${id} +Alpine +test +suspended`)),
  });
  expect(await sluice("endpoint", "delete", id)).toMatchObject({ code: 0, out: `Deleted ${id} of Alpine` });
  expect(await sluice("endpoint", "show", id)).toMatchObject({ code: 1, err: `There is no webhook endpoint "${id}".` });
  expect(await sluice("endpoint", "list")).toMatchObject({ code: 0, out: "There are no webhook endpoints." });
  const audit = await sluice("audit", "list");
  for (const secret of [made.out, rotated.out]) expect(audit.out).not.toContain(secret);
});

test("what cannot be is refused with every reason", { timeout: 120_000 }, async () => {
  const terms = ["--partner", "Alpine", "--env", "live", "--types", "nothing.ever", "--scopes", "things:read"];
  const refused = await sluice("endpoint", "create", ...terms, "--url", "https://127.0.0.1/");
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("/url: Its host is not on the public internet.") });
  expect(refused.err).toContain("/types/0: There is no such type of events.");
  expect(await sluice("endpoint", "create", ...terms, "--url", "https://hooks.example.com/", "--key", "4fT0aZ91bQxy")).toMatchObject({
    code: 1,
    err: expect.stringContaining("name one of the two"),
  });
});
