/** Shows one key with all versions of it: when each was last used, and from where. It proves that an old one is out of use. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { keyGiven, keyShape, keyToJson, noKey } from "./key-json.ts";
import type { LastUse } from "./key-records.ts";

export const lastUseShape = z.object({ at: z.iso.datetime(), address: z.string().nullable() }).nullable();

export const shownKeyShape = keyShape.extend({
  last_use: lastUseShape,
  versions: z
    .array(keyShape.pick({ id: true, state: true, created_at: true, expires_at: true, revoked_at: true }).extend({ last_use: lastUseShape }))
    .meta({ description: "This key, those it was rotated from and those it was rotated to, newest first." }),
});

export const keyShow = defineVerb({
  name: "key.show",
  summary: "Show an API key with all versions of it and when each was last used",
  role: "viewer",
  method: "GET",
  path: "/admin/keys/{key}",
  input: z.object({ key: keyGiven }),
  output: shownKeyShape,
  run: async ({ records }, { key: kid }, { now }) => {
    const key = await records.keys.find(kid);
    if (!key) return { kind: "absent", what: noKey(kid) };
    const versions = await records.keys.versions(key.lineage);
    const uses = (await records.keyUses?.lastUses(versions.map((version) => version.kid))) ?? new Map<string, LastUse>();
    const value = {
      ...keyToJson(key, now),
      last_use: lastUse(uses.get(kid)),
      versions: versions.map((version) => {
        const { id, state, created_at, expires_at, revoked_at } = keyToJson(version, now);
        return { id, state, created_at, expires_at, revoked_at, last_use: lastUse(uses.get(id)) };
      }),
    };
    return { kind: "done", value };
  },
});

export function lastUse(use: LastUse | undefined): z.output<typeof lastUseShape> {
  return use === undefined ? null : { at: new Date(use.at).toISOString(), address: use.address ?? null };
}
