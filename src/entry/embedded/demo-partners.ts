/** Gives a first run its demo partners and their keys, and writes both down for people and scripts. */
import { z } from "zod";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { parseKey } from "#control-plane/api-keys/format.ts";
import { keyList } from "#control-plane/api-keys/list.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { partnerAddAccount } from "#control-plane/partners/add-account.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { type Performed, perform } from "#control-plane/perform.ts";
import type { Asking } from "#control-plane/verb.ts";
import { demoScopes, theGateway } from "../control-plane.ts";
import { readJson, type StateFolder, writeJson } from "./state-folder.ts";

const environments = ["test", "live"] as const;

const demoSchema = z.object({
  url: z.string(),
  docs: z.string(),
  partners: z.array(z.object({ name: z.string(), accounts: z.array(z.string()), keys: z.object({ test: z.string(), live: z.string() }) })),
});

/** The content of `.sluice/demo.json`. */
export type Demo = z.infer<typeof demoSchema>;

/**
 * Keys are made once; as their secrets are shown once, the demo keeps them in its own file. What the file and the
 * database do not both know, because a run was killed between the two or the contracts changed, is made anew.
 */
export async function ensureDemoPartners(
  state: StateFolder,
  plane: ControlPlane,
  wanted: readonly { readonly name: string; readonly accounts: readonly string[] }[],
  address: { readonly url: string; readonly docs: string },
  now: number,
): Promise<Demo> {
  const asking: Asking = { by: theGateway, now, requestId: undefined };
  const earlier = demoSchema.safeParse(readJson(state.demo)).data;
  const partners: Demo["partners"] = [];
  for (const { name, accounts } of wanted) {
    const everywhere = accounts.flatMap((account) => environments.map((environment) => ({ environment, account })));
    const found = await plane.records.partners.find(name);
    const partner = done(
      found
        ? await perform(plane, partnerAddAccount, { partner: found.id, accounts: everywhere }, asking)
        : await perform(plane, partnerCreate, { name, accounts: everywhere }, asking),
    );
    const known = earlier?.partners.find((one) => one.name === name);
    const keys = { test: "", live: "" };
    for (const environment of environments) keys[environment] = await ensureKey(plane, asking, partner.id, environment, known?.keys[environment]);
    partners.push({ name, accounts: [...accounts], keys });
  }
  const demo = { ...address, partners };
  writeJson(state.demo, demo);
  return demo;
}

async function ensureKey(plane: ControlPlane, asking: Asking, partner: string, environment: "test" | "live", known: string | undefined): Promise<string> {
  const scopes = demoScopes(plane.knownScopes);
  const parsed = known === undefined ? undefined : parseKey(known, plane.keyPrefix);
  const kid = parsed?.kind === "key" ? parsed.kid : undefined;
  const label = "Demo";
  for (const key of done(await perform(plane, keyList, { partner, limit: 1_000 }, asking)).items) {
    if (key.label !== label || key.environment !== environment || key.state === "revoked") continue;
    if (known !== undefined && key.id === kid && key.scopes.join() === scopes.join()) return known;
    done(await perform(plane, keyRevoke, { key: key.id }, asking));
  }
  return done(await perform(plane, keyCreate, { partner, environment, scopes: [...scopes], label }, asking)).key;
}

function done<Value>(performed: Performed<Value>): Value {
  if (performed.kind === "done") return performed.value;
  throw new Error(`The demo partners cannot be made: ${JSON.stringify(performed)}`);
}
