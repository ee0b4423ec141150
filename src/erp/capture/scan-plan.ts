/** What a scan looks at in a resource: the fields that its event rules name, and no others. */

import type { Item } from "#contract/captured.ts";
import { digest } from "#lib/hash.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { fieldsMadeOf, rowsMadeOf } from "./made-of.ts";
import { digester } from "./thing-digest.ts";

export interface ScanPlan {
  readonly resource: BoundResource;
  /** Paths that rules name, in the order in which digests have them. */
  readonly paths: readonly string[];
  /** The fields that hold them. */
  readonly fields: readonly string[];
  /** What makes a row one of this resource's. */
  readonly rowsMadeOf: string;
  digest(item: Item): Uint8Array;
}

export function scanPlan(resource: BoundResource, dialect: Dialect): ScanPlan {
  const { contract, binding, source } = resource;
  const paths = [...new Set(Object.values(contract.events).flatMap((rule) => (rule.kind === "changed" ? [rule.field] : [])))].sort();
  const fields = [...new Set(paths.map((path) => path.split(".", 1)[0] ?? path))].filter((name) => Object.hasOwn(binding.fields, name));
  const rows = rowsMadeOf(source, binding, dialect);
  return { resource, paths, fields, rowsMadeOf: digest(rows), digest: digester(`${rows} ${fieldsMadeOf(source, binding, dialect, fields)}`, paths) };
}

/** Resources of which partners are told events. */
export function hasEvents({ contract }: BoundResource): boolean {
  return Object.keys(contract.events).length > 0;
}
