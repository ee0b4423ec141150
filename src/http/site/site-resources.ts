/** The resources of the landing page, as the contracts have them. */

import type { Contract } from "#contract/contract.ts";
import { accountTag } from "#contract/openapi/account-operation.ts";
import { endpointsTag } from "#contract/openapi/endpoint-operation.ts";
import { operationsTag } from "#contract/openapi/status-operation.ts";
import { allOperations, operationsOf } from "#contract/operations.ts";
import { fieldOwners } from "#contract/ownership.ts";
import type { SiteResource } from "./site.ts";

export function siteResources(contracts: readonly Contract[]): readonly SiteResource[] {
  const resources = contracts.map((contract) => ({
    name: contract.name,
    summary: contract.summary,
    fields: fieldOwners(contract),
    operations: operationsOf(contract).map((operation) => ({
      ...operation,
      scope: operation.kind === "batch" ? [...new Set(Object.values(operation.commands).map(({ scope }) => scope))].join(", ") : operation.scope,
    })),
  }));
  const status = allOperations(contracts).filter((operation) => operation.kind === "status");
  const own = allOperations(contracts).filter((operation) => operation.kind === "account");
  const endpoints = allOperations(contracts).filter((operation) => operation.kind === "endpoint");
  return [
    ...resources,
    ...(endpoints.length === 0 ? [] : [{ name: endpointsTag.name, summary: endpointsTag.description, fields: [], operations: endpoints }]),
    ...(status.length === 0 ? [] : [{ name: operationsTag.name, summary: operationsTag.description, fields: [], operations: status }]),
    { name: accountTag.name, summary: accountTag.description, fields: [], operations: own },
  ];
}
