/** Tells callers of themselves: who they are to the gateway, their keys, and the requests they sent. Needs no scope. */

import type { LoggedRequest, OwnKey } from "#contract/own-account.ts";
import type { AccountOperation } from "#contract/own-operations.ts";
import { Problem } from "#lib/problems.ts";
import type { Cursors } from "./cursor.ts";
import type { PartnerResponse } from "./exchange.ts";
import type { Asked } from "./index.ts";
import { json } from "./json-headers.ts";
import type { LimitTerms, Standings } from "./limits.ts";
import { parseOwnRequests } from "./parse-own-requests.ts";
import { parseQuery } from "./query-string.ts";

export async function accountAnswer(operation: AccountOperation, asked: Asked & { readonly cursors: Cursors }): Promise<PartnerResponse> {
  const parameters = parseQuery(asked.request.query);
  if (operation.id === "listOwnRequests") return answer(await requests(operation, asked, parameters));
  for (const parameter of parameters.keys())
    throw new Problem("unknown-parameter", "This operation takes no parameters.", {
      errors: [{ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: "Not a parameter of this operation." }],
    });
  if (operation.id === "getOwnAccount") return answer(await account(asked));
  const { principal, context } = asked;
  return answer({ data: (await context.account.keys(principal, context.now)).map(keyJson), next_cursor: null });
}

function answer(body: unknown): PartnerResponse {
  return { status: 200, headers: json, body: JSON.stringify(body) };
}

async function account({ principal, context, standings }: Asked) {
  const { partner, partnerName, environment, keyId, scopes, apiVersion, expiresAt, limits } = principal;
  const { today, thisMonth } = await context.account.usage(principal, context.now);
  return {
    partner: { id: partner, name: partnerName },
    environment,
    credential: { id: keyId, scopes: [...scopes].sort(), api_version: apiVersion, expires_at: timeOf(expiresAt) },
    limits: limitsJson(limits, standings),
    usage: { today, this_month: thisMonth },
  };
}

/** What is left is as the headers of the same answer say it. */
function limitsJson({ partner, key, quotas, inflight }: LimitTerms, standings: Standings | undefined) {
  const leftOf = (name: string): number | null => standings?.policies.find((policy) => policy.name === name)?.left?.units ?? null;
  const moving = (per: string) => (policy: LimitTerms["key"][number]) => ({
    name: policy.name,
    per,
    quota: policy.quota,
    window_seconds: policy.windowSeconds,
    period: null,
    remaining: leftOf(policy.name),
  });
  return [
    ...partner.map(moving("partner")),
    ...key.map(moving("key")),
    ...quotas.map(({ name, quota, window }) => ({ name, per: "partner", quota, window_seconds: null, period: window, remaining: leftOf(name) })),
    ...(inflight === undefined ? [] : [{ name: "inflight", per: "partner", quota: inflight, window_seconds: null, period: null, remaining: null }]),
  ];
}

function keyJson(key: OwnKey) {
  return {
    id: key.id,
    label: key.label ?? null,
    state: key.state,
    scopes: key.scopes,
    api_version: key.apiVersion,
    created_at: timeOf(key.createdAt),
    expires_at: timeOf(key.expiresAt),
    last_used_at: timeOf(key.lastUsedAt),
    last_used_from: key.lastUsedFrom ?? null,
  };
}

async function requests(
  operation: AccountOperation,
  { principal, version, context, cursors }: Asked & { readonly cursors: Cursors },
  parameters: ReadonlyMap<string, string>,
) {
  const { query, cursor, fingerprint } = parseOwnRequests(parameters);
  const binding = `${principal.partner} ${principal.environment} ${version} ${operation.id} ${fingerprint}`;
  const after = cursor === undefined ? null : cursors.open(cursor, binding);
  const page = await context.account.requests(principal, query, after);
  return { data: page.items.map(requestJson), next_cursor: page.next === null ? null : cursors.seal(page.next, binding) };
}

function requestJson(request: LoggedRequest) {
  return {
    request_id: request.requestId,
    at: timeOf(request.at),
    key: request.key,
    address: request.address ?? null,
    method: request.method,
    route: request.route,
    api_version: request.version,
    status: request.status,
    code: request.code ?? null,
    cost: request.cost,
    ms: request.ms,
    replayed: request.replayed,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
