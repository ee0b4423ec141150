/** What operators can do, as one table describes it: the admin API, its document and the CLI are made of it. */
import type { z } from "zod";
import type { ProblemCode, ProblemError } from "#lib/problems.ts";
import type { ControlPlane } from "./control-plane.ts";

/** Each may do what those before it may. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Who asks: it stands in the audit record of whatever is changed. */
export interface Actor {
  /** `cli`: whoever can use the store's own password; `system`: the gateway itself; `partner`: by a credential, of its own things. */
  readonly kind: "operator" | "cli" | "system" | "partner";
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Asking {
  readonly by: Actor;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly requestId: string | undefined;
}

export type Outcome<Value> =
  | { readonly kind: "done"; readonly value: Value }
  /** Every reason at once, in sentences. Nothing was changed. `problem`: what partners are told, of what they can do themselves. */
  | { readonly kind: "refused"; readonly reasons: readonly string[]; readonly problem?: PartnersProblem }
  /** What was named is not there; `what` is a sentence. */
  | { readonly kind: "absent"; readonly what: string };

export interface PartnersProblem {
  readonly code: ProblemCode;
  readonly errors?: readonly ProblemError[] | undefined;
  readonly retryAfterSeconds?: number;
}

export interface Verb<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** `key.rotate`; `sluice key rotate` on the command line. */
  readonly name: string;
  readonly summary: string;
  /** The least role that may. */
  readonly role: Role;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `/admin/keys/{key}/rotate`; its parameters are members of the input. Of a GET, the others are query parameters; else the body. */
  readonly path: string;
  /** In snake_case, as JSON has it. Times are RFC 3339 texts in UTC. */
  readonly input: Input;
  readonly output: Output;
  /** The member of the output that is shown this once and is nowhere else, such as a key. */
  readonly shownOnce?: string;
  run(plane: ControlPlane, input: z.output<Input>, asking: Asking): Promise<Outcome<z.input<Output>>>;
}

/** Infers the types of a verb. */
export function defineVerb<Input extends z.ZodObject, Output extends z.ZodType>(verb: Verb<Input, Output>): Verb<Input, Output> {
  return verb;
}
