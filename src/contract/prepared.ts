/** What is the same for every request to a contract, and for every request of a caller to it. */

import type { Known } from "./certain.ts";
import type { Contract } from "./contract.ts";
import { visibleFields } from "./response-schema.ts";
import { type Strip, stripTo } from "./strip.ts";

/** `visible`: the fields that a caller with these scopes may see. */
export type Prepared = (contract: Contract, scopes: ReadonlySet<string>) => { readonly strip: Strip; readonly visible: readonly string[] };

export function prepareContracts(knownOf: (contract: Contract) => Readonly<Record<string, Known | undefined>>): Prepared {
  const known = new Map<Contract, { readonly strip: Strip; readonly visible: WeakMap<ReadonlySet<string>, readonly string[]> }>();
  return (contract, scopes) => {
    const entry = known.get(contract) ?? { strip: stripTo(contract, knownOf(contract)), visible: new WeakMap() };
    known.set(contract, entry);
    const visible = entry.visible.get(scopes) ?? visibleFields(contract, scopes);
    entry.visible.set(scopes, visible);
    return { strip: entry.strip, visible };
  };
}
