/** `defineGateway`: what a project's `gateway.ts` declares, and what follows from its contracts. */

import type { Contract } from "#contract/contract.ts";
import { ownNames } from "#contract/own-operations.ts";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import { commandProblems } from "#erp/write/check-commands.ts";

export interface GatewayDeclaration {
  /** The company whose ERP it is: the brand of the documentation. */
  readonly title: string;
  /** One or two sentences for partners. */
  readonly summary: string;
  /** Contract version served, `YYYY-MM-DD`. */
  readonly version: string;
  /** First part of every API key; `slc` without it. */
  readonly keyPrefix?: string;
  readonly resources: readonly BoundResource[];
}

export interface GatewayDefinition extends Required<GatewayDeclaration> {
  readonly contracts: readonly Contract[];
}

/** Declares a gateway. Throws when two resources share a name, a reference leads nowhere, or a command cannot be kept. */
export function defineGateway(declaration: GatewayDeclaration): GatewayDefinition {
  const { resources, version } = declaration;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) throw new Error(`defineGateway: the version "${version}" is not a date (YYYY-MM-DD).`);
  const keyPrefix = declaration.keyPrefix ?? "slc";
  if (!/^[a-z][a-z0-9]{1,9}$/.test(keyPrefix)) throw new Error(`defineGateway: the key prefix "${keyPrefix}" must be 2 to 10 lower-case letters and digits.`);
  const names = new Set<string>();
  for (const { contract } of resources) {
    if (names.has(contract.name)) throw new Error(`defineGateway: two resources are called ${contract.name}.`);
    if (ownNames.includes(contract.name))
      throw new Error(`defineGateway: /v1/${contract.name} is the gateway's own, so no resource can be called ${contract.name}.`);
    names.add(contract.name);
  }
  for (const { contract, binding } of resources) {
    for (const { field, target } of references(binding.fields)) {
      if (!names.has(target)) throw new Error(`defineGateway: ${contract.name}.${field} refers to ${target}, which is not among the resources.`);
    }
  }
  const problems = resources.flatMap((resource) => commandProblems(resource));
  if (problems.length > 0) throw new Error(["defineGateway:", ...problems].join(problems.length > 1 ? "\n" : " "));
  return { ...declaration, keyPrefix, contracts: resources.map((resource) => resource.contract) };
}

/** Every reference to another resource, those of groups and child rows included. */
function references(fields: Readonly<Record<string, AnyConversion>>): readonly { readonly field: string; readonly target: string }[] {
  return Object.entries(fields).flatMap(([field, conversion]) => {
    const members = Object.fromEntries(Object.entries(conversion.parts ?? {}).map(([member, part]) => [member, part.conversion]));
    const inner = references({ ...members, ...conversion.children?.fields });
    return [...(conversion.refersTo ?? []).map((target) => ({ field, target })), ...inner.map((found) => ({ ...found, field: `${field}.${found.field}` }))];
  });
}
