/** The secrets of a first run: made once, kept in a file that only its owner can read. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { readJson, type StateFolder, writeJson } from "./state-folder.ts";

const secretsSchema = z.object({ postgresPassword: z.string().min(1), keyPepper: z.base64(), secret: z.base64() });

export interface EmbeddedSecrets {
  readonly postgresPassword: string;
  readonly keyPeppers: ReadonlyMap<number, Uint8Array>;
  readonly secret: Uint8Array;
}

export function readOrMakeSecrets(state: StateFolder): EmbeddedSecrets {
  let stored = secretsSchema.safeParse(readJson(state.secrets)).data;
  if (!stored) {
    stored = {
      postgresPassword: randomBytes(18).toString("base64url"),
      keyPepper: randomBytes(32).toString("base64"),
      secret: randomBytes(32).toString("base64"),
    };
    writeJson(state.secrets, stored);
  }
  return {
    postgresPassword: stored.postgresPassword,
    keyPeppers: new Map([[1, Buffer.from(stored.keyPepper, "base64")]]),
    secret: Buffer.from(stored.secret, "base64"),
  };
}
