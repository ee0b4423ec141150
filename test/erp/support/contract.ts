/** Contracts for bindings under test, with the parts that no test of the read engine looks at. */
import { defineContract, z } from "sluice";
import type { FieldPath } from "#contract/model.ts";
import { wire } from "#contract/wire.ts";

/** A contract with these fields and an id, listing and reading. */
export function contractOf<
  const S extends z.ZodRawShape,
  const Filter extends FieldPath<z.ZodObject<S & { id: z.ZodString }>> = never,
  const Sort extends FieldPath<z.ZodObject<S & { id: z.ZodString }>> = never,
>(shape: S, promised: { readonly filter?: readonly Filter[]; readonly sort?: readonly Sort[] } = {}) {
  const model = z.object({ ...shape, id: wire.id() });
  return defineContract({
    name: "things",
    singular: "thing",
    team: "t",
    summary: "s",
    model,
    reads: { list: { scope: "things:read", ...promised }, get: { scope: "things:read" } },
  });
}
