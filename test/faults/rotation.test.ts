/** A key is rotated while its partner sends: both keys work until the old one ends, and what is shown of it proves that it is out of use. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import { keyShow } from "#control-plane/api-keys/show.ts";
import { perform } from "#control-plane/perform.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { type Fleet, openFleet, send, steadily } from "./gateway-fleet.ts";

/** The full form is run by `npm run faults`. */
const perSecond = Number(process.env["ROTATION_RATE"] ?? 60);
const rotations = Number(process.env["ROTATIONS"] ?? 2);
const overlapSeconds = 6;
/** Uses are written every two seconds, and read here after the next. */
const writtenMs = 3_000;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
}, 120_000);
afterAll(() => fleet?.stop());

test(`${rotations} rotations at ${perSecond} requests a second over two processes cost not one request, and the old key dies on time`, {
  timeout: 600_000,
}, async () => {
  const members = await Promise.all([fleet.start(), fleet.start()]);
  let inUse = await fleet.issueKey();
  const answers = new Map<string, number>();
  const load = steadily(perSecond, async (count) => {
    const { token } = inUse;
    const { status, code } = await send(members[count % members.length]?.port ?? 0, token);
    answers.set(`${status} ${code}`.trim(), (answers.get(`${status} ${code}`.trim()) ?? 0) + 1);
  });

  for (let number = 0; number < rotations; number += 1) {
    await sleep(500);
    const old = inUse;
    const rotatedAt = Date.now();
    const made = await did(perform(fleet.plane, keyRotate, { key: old.id, overlap_seconds: overlapSeconds }, askingAt(rotatedAt)));
    const endsAt = rotatedAt + overlapSeconds * 1_000;
    // The partner takes the new key up in the middle of the overlap; requests with either are underway then.
    await sleep(1_000);
    inUse = { id: made.id, token: made.key };
    const changedOverAt = Date.now();
    await sleep(writtenMs);

    const shown = await did(perform(fleet.plane, keyShow, { key: old.id }, askingAt(Date.now())));
    const uses = new Map(shown.versions.map(({ id, last_use }) => [id, last_use]));
    const [oldUse, newUse] = [uses.get(old.id), uses.get(made.id)];
    expect(oldUse?.address).toBe("127.0.0.1");
    expect(Date.parse(oldUse?.at ?? "")).toBeGreaterThan(rotatedAt);
    // A request that was underway may have been checked a moment later.
    expect(Date.parse(oldUse?.at ?? "")).toBeLessThan(changedOverAt + 1_000);
    expect(Date.parse(newUse?.at ?? "")).toBeGreaterThan(Date.parse(oldUse?.at ?? ""));

    // The old one works to its end on every process, and on none after it.
    const { token } = old;
    while (Date.now() < endsAt - 300) {
      for (const { port } of members) {
        const { status } = await send(port, token);
        if (Date.now() < endsAt) expect(status).toBe(200);
      }
      await sleep(50);
    }
    await sleep(Math.max(0, endsAt - Date.now()) + 1);
    for (const { port } of members) expect((await send(port, token)).status).toBe(401);
  }
  await load.stop();
  expect([...answers.keys()], JSON.stringify([...answers])).toEqual(["200"]);
  for (const { child } of members) child.kill("SIGKILL");
});
