/** The operations that contracts promise, as the edge routes them and documents name them. */

import type { Contract } from "./contract.ts";

export interface Operation {
  /** Unique and stable: the name of the method in SDKs. */
  readonly id: string;
  readonly kind: "list" | "get";
  readonly method: "GET";
  /** Path template, `/v1/orders/{id}`. */
  readonly path: string;
  readonly scope: string;
  readonly summary: string;
  readonly contract: Contract;
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** The name of a contract's schema in documents and SDKs: `Order`. */
export function schemaName(contract: Contract): string {
  return pascal(contract.singular);
}

export function operationsOf(contract: Contract): readonly Operation[] {
  const { name, singular, reads } = contract;
  const operations: Operation[] = [];
  if (reads.list !== undefined) {
    operations.push({
      id: `list${pascal(name)}`,
      kind: "list",
      method: "GET",
      path: `/v1/${name}`,
      scope: reads.list.scope,
      summary: `List ${words(name)}`,
      contract,
    });
  }
  if (reads.get !== undefined) {
    const article = /^[aeiou]/.test(singular) ? "an" : "a";
    operations.push({
      id: `get${pascal(singular)}`,
      kind: "get",
      method: "GET",
      path: `/v1/${name}/{id}`,
      scope: reads.get.scope,
      summary: `Get ${article} ${words(singular)}`,
      contract,
    });
  }
  return operations;
}
