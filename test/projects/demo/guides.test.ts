/** What the guides tell a reader to send works on the demo as it stands. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openWorld, type World } from "#testing/world.ts";
import gateway from "../../../demo/gateway.ts";
import { guideWords, withoutAbsent } from "../../../src/http/site/guide-words.ts";
import { ownStore } from "../../support/postgres.ts";
import { demo } from "./project.ts";

const folder = join(import.meta.dirname, "../../../docs/guides");
/** Paths of requests in the guides that need nothing of an earlier answer, such as an id or a cursor. */
const words = guideWords(gateway.contracts, true);
const read = (file: string): string =>
  withoutAbsent(readFileSync(join(folder, file), "utf8"), words).replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => words[name] ?? whole);
const targets = readdirSync(folder).flatMap((file) =>
  [...read(file).matchAll(/\{\{url\}\}(\/v1\/[^"\s]+)"/g)]
    .map(([, target = ""]) => [file, target] as const)
    .filter(([, target]) => !/[{$<…]|\.\.\./.test(target)),
);

let world: World;
beforeAll(async () => {
  world = await openWorld(demo, ownStore);
}, 120_000);
afterAll(() => world.close());

it("finds requests in the guides", () => {
  expect(targets.length).toBeGreaterThan(5);
});

it.each(targets)("%s: %s", async (_, target) => {
  const { status } = await world.ask(target, { key: await world.key("first", "test") });
  expect(status).toBe(200);
});
