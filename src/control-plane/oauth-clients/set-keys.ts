/** Registers other public keys of a client, or the URL it publishes them at; those of before count no more. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeClient } from "./change-client.ts";
import { clientGiven, clientShape, jwksGiven, jwksUrlGiven, publicKeysOf } from "./client-json.ts";

export const clientSetKeys = defineVerb({
  name: "client.set-keys",
  summary: "Register the public keys of a client, or where it publishes them",
  role: "operator",
  method: "POST",
  path: "/admin/clients/{client}/set-keys",
  input: z.object({ client: clientGiven, jwks: jwksGiven.optional(), jwks_url: jwksUrlGiven.optional() }),
  output: clientShape,
  run: async (plane, { client, ...given }, asking) => {
    const keys = publicKeysOf(given);
    if ("reasons" in keys) return { kind: "refused", reasons: keys.reasons };
    return changeClient(plane, asking, "client.set-keys", client, ({ auth, revokedAt }) => {
      if (revokedAt !== undefined) return { kind: "refused", reasons: ["The client is revoked for good."] };
      if (auth.kind !== "private_key_jwt") return { kind: "refused", reasons: [`The client authenticates by ${auth.kind}; make another one for keys.`] };
      return { kind: "done", value: { auth: keys.auth } };
    });
  },
});
