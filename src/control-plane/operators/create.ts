/** Makes an operator with a token of its own, which is in the answer and nowhere else. */
import { z } from "zod";
import { hashSecret } from "../api-keys/peppers.ts";
import { defineVerb, roles } from "../verb.ts";
import { formatToken, generateToken } from "./format.ts";
import { operatorShape, operatorSubject, operatorToJson } from "./operator-json.ts";
import type { Operator } from "./operator-records.ts";

export const operatorCreate = defineVerb({
  name: "operator.create",
  summary: "Make an operator with a token; it is shown once",
  role: "admin",
  method: "POST",
  path: "/admin/operators",
  input: z.object({
    name: z.string().meta({ description: "As audit records name it.", examples: ["alex"] }),
    role: z.enum(roles).meta({ description: "What it may do: each role may do what those before it may." }),
    expires_at: z.iso.datetime().optional().meta({ description: "When its token ends; without it, not by itself." }),
  }),
  output: operatorShape.extend({ token: z.string().meta({ description: "The whole token. It is shown only here." }) }),
  shownOnce: "token",
  run: (plane, input, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const name = input.name.trim();
      const expiresAt = input.expires_at === undefined ? undefined : Date.parse(input.expires_at);
      const reasons = [...reasonsAgainstName(name), ...(expiresAt !== undefined && expiresAt <= asking.now ? ["A token expires in the future."] : [])];
      if (reasons.length > 0) return { kind: "refused", reasons };

      const token = generateToken();
      const operator: Operator = {
        ...{ id: token.id, name, role: input.role, createdAt: asking.now, expiresAt },
        ...{ revokedAt: undefined, lastUsedAt: undefined },
      };
      const secret = { mac: hashSecret(plane.peppers, plane.peppers.current, token.secret), pepperVersion: plane.peppers.current };
      if ((await records.operators.insert({ ...operator, ...secret })) === "name-taken")
        return { kind: "refused", reasons: [`There is an operator named "${name}" already. Revoke that one first, or choose another name.`] };
      const json = operatorToJson(operator, asking.now);
      await audit({ verb: operatorCreate.name, subject: operatorSubject(operator), before: null, after: json });
      return { kind: "done", value: { ...json, token: formatToken(token) } };
    }),
});

function reasonsAgainstName(name: string): readonly string[] {
  if (name === "") return ["An operator needs a name."];
  if (name.length > 200) return ["An operator's name has at most 200 characters."];
  // Names go to terminals and audit records; a control character there could forge a line.
  if (/\p{Cc}/u.test(name)) return ["An operator's name holds no control characters."];
  if (name.startsWith("opr_")) return ["An operator's name does not begin with opr_, which marks ids."];
  return [];
}
