/** Gives a first run its demo partners and their keys, and writes both down for people and scripts. */
import { z } from "zod";
import { createKey } from "#control-plane/api-keys/create.ts";
import { parseKey } from "#control-plane/api-keys/format.ts";
import { revokeKey } from "#control-plane/api-keys/revoke.ts";
import { ensurePartner } from "#control-plane/partners/ensure.ts";
import { type ControlPlane, demoScopes } from "../control-plane.ts";
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
  ports: ControlPlane,
  wanted: readonly { readonly name: string; readonly accounts: readonly string[] }[],
  address: { readonly url: string; readonly docs: string },
  now: number,
): Promise<Demo> {
  const earlier = demoSchema.safeParse(readJson(state.demo)).data;
  const partners: Demo["partners"] = [];
  for (const { name, accounts } of wanted) {
    const everywhere = accounts.flatMap((account) => environments.map((environment) => ({ environment, account })));
    const ensured = await ensurePartner(ports.partners, name, everywhere, now);
    if (ensured.kind === "refused") throw new Error(`The demo partner ${name} cannot be made: ${ensured.reasons.join(" ")}`);
    const known = earlier?.partners.find((partner) => partner.name === name);
    const keys = { test: "", live: "" };
    for (const environment of environments) keys[environment] = await ensureKey(ports, ensured.partner.id, environment, known?.keys[environment], now);
    partners.push({ name, accounts: [...accounts], keys });
  }
  const demo = { ...address, partners };
  writeJson(state.demo, demo);
  return demo;
}

async function ensureKey(ports: ControlPlane, partner: string, environment: "test" | "live", known: string | undefined, now: number): Promise<string> {
  const scopes = demoScopes(ports.knownScopes);
  const parsed = known === undefined ? undefined : parseKey(known, ports.prefix);
  const kid = parsed?.kind === "key" ? parsed.kid : undefined;
  const label = "Demo";
  for (const key of await ports.keys.list(partner)) {
    if (key.label !== label || key.environment !== environment || key.revokedAt !== undefined) continue;
    if (known !== undefined && key.kid === kid && key.scopes.join() === scopes.join()) return known;
    await revokeKey(ports.keys, key.kid, now);
  }
  const created = await createKey(ports, { partner, environment, scopes, label }, now);
  if (created.kind === "refused") throw new Error(`A demo key cannot be made: ${created.reasons.join(" ")}`);
  return created.token;
}
