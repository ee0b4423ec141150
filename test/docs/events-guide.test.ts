/** Every command of the operators' guide on events does what the guide says, against a gateway with events that arrived and that did not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type DepotFleet, depotFleet } from "../faults/depot/fleet.ts";
import { withClient } from "../projects/demo/databases.ts";
import { repository } from "../repository/repository.ts";
import { settled } from "../support/event-fleet.ts";
import { partnerLog } from "../support/partner-log.ts";

const text = readFileSync(join(repository, "docs/operating/events.md"), "utf8");
const commands = [...text.matchAll(/^npm run sluice -- (.+)$/gm)].map(([, words = ""]) => words);

let fleet: DepotFleet;
let url: string;
let endpoint: string;
let ids: { readonly arrived: string; readonly refused: string };

beforeAll(async () => {
  fleet = await depotFleet({ parcels: 8, respond: ({ entity }) => entity !== "parcels P5" });
  ({ url } = await fleet.gateway());
  endpoint = (await fleet.endpoint(url, "First", "/guide")).id;
  await withClient(fleet.erpUrl, (erp) => erp.query("UPDATE parcel SET moves = 1 WHERE parno IN ('P4', 'P5')"));
  const key = fleet.keys.get("First") ?? "";
  const idOf = async (id: string) => (await partnerLog(url, key)).find(({ resource_id }) => resource_id === id)?.id ?? "";
  await settled(async () => ((await idOf("P4")) !== "" && (await idOf("P5")) !== "" ? "" : "no events"), 30_000);
  ids = { arrived: await idOf("P4"), refused: await idOf("P5") };
  await settled(async () => (fleet.receiver.receipts.length >= 2 ? "" : "nothing has arrived"), 30_000);
}, 120_000);
afterAll(() => fleet?.close(), 60_000);

/** What stands for the guide's own names here. */
const ofHere = (command: string): string[] =>
  command
    .replace("--resource orders --id 0000100204", "--resource parcels --id P4")
    .replace(/we_\w{16}/, endpoint)
    .replace(/evt_\w{22}/, command.startsWith("delivery skip") ? ids.refused : ids.arrived)
    .replace("--environment live", "--environment test")
    .split(" ");

test("all of them run, and show what the guide says of them", { timeout: 180_000 }, async () => {
  expect(commands.length).toBeGreaterThan(8);
  const said = new Map<string, string>();
  for (const command of commands) {
    if (command === "worker") {
      await fleet.worker().says("Working for Depot");
      continue;
    }
    if (command.startsWith("endpoint resume")) await fleet.sluice("endpoint", "suspend", endpoint);
    // Whether a delivery was noted as sent is known a moment after it arrived.
    if (command.startsWith("delivery resend ")) await settled(async () => ((await counts())["delivered"] ? "" : "it is not delivered"), 20_000);
    said.set(command.split(" ").slice(0, 2).join(" "), await fleet.sluice(...ofHere(command)));
  }
  const of = (name: string): string => said.get(name) ?? "";
  expect(of("event list")).toContain(ids.arrived);
  expect(of("event show")).toContain(endpoint);
  expect(of("delivery show")).toMatch(/204/);
  expect(of("event lag")).toMatch(/Pending/);
  await settled(async () => ((await counts())["skipped"] === 1 && ((await counts())["delivered"] ?? 0) > 1 ? "" : JSON.stringify(await counts())), 30_000);
  expect(fleet.receiver.receipts.filter(({ id }) => id === ids.arrived).length).toBeGreaterThan(1);
});

async function counts(): Promise<Readonly<Record<string, number>>> {
  const account: unknown = JSON.parse(await fleet.sluice("delivery", "account", endpoint, "--json"));
  return Object.fromEntries(
    Object.entries(z.record(z.string(), z.unknown()).parse(account)).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  );
}
