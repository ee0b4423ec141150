/** Checks that secrets are secret: random, different from one another, and readable to their owner alone. */
import { existsSync, statSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import type { Config } from "#config";
import { type Finding, fault, ok, warning } from "./finding.ts";

const make = "Make one with `openssl rand -base64 32`.";

export function checkSecrets({ store, keyPeppers, secret, previousSecrets }: Config): readonly Finding[] {
  const given: (readonly [name: string, bytes: Uint8Array])[] = [...(keyPeppers ?? [])].map(([version, bytes]) => [`SLUICE_KEY_PEPPER ${version}`, bytes]);
  if (secret !== undefined) given.push(["SLUICE_SECRET", secret]);
  given.push(...previousSecrets.map((bytes): [string, Uint8Array] => ["SLUICE_PREVIOUS_SECRETS", bytes]));
  const findings: Finding[] = [];
  for (const [name, bytes] of given) {
    if (!looksRandom(bytes)) findings.push(fault("secrets", `${name} does not look random.`, make));
  }
  const distinct = new Set(given.map(([, bytes]) => Buffer.from(bytes).toString("base64")));
  if (distinct.size < given.length) findings.push(fault("secrets", "The same bytes serve as several secrets.", make));
  if (findings.length > 0) return findings;
  if (store.kind === "embedded" && given.length < 2) return [ok("secrets", "They are made at the first start, and kept in .sluice/.")];
  return [ok("secrets", "They look random, and each is another.")];
}

/** 32 random bytes have fewer than 20 different values once in ten thousand million tries; a sentence in base64 has them seldom. */
function looksRandom(bytes: Uint8Array): boolean {
  return new Set(bytes.subarray(0, 32)).size >= 20 && bytes.some((byte) => byte >= 128);
}

export function checkEnvFile(folder: string): readonly Finding[] {
  const path = join(folder, ".env");
  if (!existsSync(path) || platform() === "win32" || (statSync(path).mode & 0o077) === 0) return [];
  return [warning("secrets", `${path} can be read by other accounts of this machine.`, `chmod 600 ${path}`)];
}
