/** Wraps the data keys of secrets at rest under the gateway's current secret, so that an earlier one can be taken away. */
import { z } from "zod";
import type { SealedPlace } from "#lib/envelope.ts";
import type { ControlPlane } from "../control-plane.ts";
import { type Asking, defineVerb } from "../verb.ts";

/** Rows that are locked at once, for the milliseconds that it takes. */
const batchSize = 100;

export const secretRewrap = defineVerb({
  name: "secret.rewrap",
  summary: "Wrap secrets at rest under the current SLUICE_SECRET, and count what is left under others",
  role: "admin",
  method: "POST",
  path: "/admin/secrets/rewrap",
  input: z.object({
    limit: z.int().min(0).max(100_000).default(10_000).meta({ description: "Most that are wrapped by this call; 0 only counts." }),
  }),
  output: z.object({
    rewrapped: z.int().meta({ description: "Wrapped anew by this call." }),
    unreadable: z.int().meta({ description: "Found, and not readable: tampered with, or moved from another row." }),
    under: z.array(
      z.object({
        key: z.string().meta({ description: "Names a secret, and tells nothing of it." }),
        secrets: z.int(),
        is: z
          .enum(["current", "known", "unknown"])
          .meta({ description: "`current`: SLUICE_SECRET. `known`: one of SLUICE_PREVIOUS_SECRETS. `unknown`: neither; what is under it cannot be read." }),
      }),
    ),
  }),
  async run(plane, { limit }, asking) {
    let [rewrapped, unreadable] = [0, 0];
    let after: SealedPlace | undefined;
    for (let left = limit; left > 0 && plane.envelopes.others.length > 0; ) {
      const batch = await rewrapBatch(plane, asking, after, Math.min(left, batchSize));
      rewrapped += batch.rewrapped;
      unreadable += batch.found - batch.rewrapped;
      left -= batch.found;
      if (batch.last === undefined) break;
      after = batch.last;
    }
    const counted = await plane.records.secrets.count();
    const { current, others } = plane.envelopes;
    const under = counted.map(({ wrappedUnder, count }) => ({
      key: wrappedUnder,
      secrets: count,
      is: wrappedUnder === current ? ("current" as const) : others.includes(wrappedUnder) ? ("known" as const) : ("unknown" as const),
    }));
    return { kind: "done", value: { rewrapped, unreadable, under } };
  },
});

/** One transaction: interrupted at any point, it has moved some rows and left the others as they were. */
function rewrapBatch({ envelopes, change }: ControlPlane, asking: Asking, after: SealedPlace | undefined, limit: number) {
  return change(asking, async ({ records, audit }) => {
    const found = await records.secrets.takeWrappedUnder(envelopes.others, after, limit);
    let rewrapped = 0;
    for (const { place, envelope } of found) {
      const anew = envelopes.rewrap(envelope, place);
      if (anew === undefined) continue;
      await records.secrets.replace({ place, envelope: anew });
      rewrapped += 1;
    }
    if (rewrapped > 0) {
      await audit({ verb: "secret.rewrap", subject: "secrets at rest", before: null, after: { rewrapped, under: envelopes.current } });
    }
    return { found: found.length, rewrapped, last: found.at(-1)?.place };
  });
}
