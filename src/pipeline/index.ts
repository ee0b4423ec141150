/** What every partner request passes, in order. Read this first. */

import type { Known } from "#contract/certain.ts";
import type { Contract } from "#contract/contract.ts";
import type { Operation } from "#contract/operations.ts";
import { visibleFields } from "#contract/response-schema.ts";
import { Problem } from "#lib/problems.ts";
import { chooseVersion } from "./api-version.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { checkRequest } from "./check-request.ts";
import { entityTag, isUnchanged } from "./conditional.ts";
import type { Cursors } from "./cursor.ts";
import { header, type PartnerRequest, type PartnerResponse } from "./exchange.ts";
import { parseFields } from "./parse-fields.ts";
import { type ListParser, listParser } from "./parse-list.ts";
import type { ResourceAccess } from "./ports.ts";
import type { Authenticator, Principal } from "./principal.ts";
import { parseQuery } from "./query-string.ts";
import { type Strip, stripTo } from "./strip.ts";

export interface PipelineParts {
  readonly cursors: Cursors;
  /** What the ERP side is certain of, by field: nothing that has to be checked again. */
  known(contract: Contract): Readonly<Record<string, Known | undefined>>;
  /** Newest first. */
  readonly versions: readonly string[];
}

/** What one request brings along: its own ways to the keys and the ERP, the clock, and a note for the usage record. */
export interface RequestContext {
  readonly now: number;
  readonly authenticator: Authenticator;
  access(operation: Operation, principal: Principal): ResourceAccess;
  identified(principal: Principal, version: string): void;
}

export type PartnerPipeline = (operation: Operation, id: string | undefined, request: PartnerRequest, context: RequestContext) => Promise<PartnerResponse>;

export function partnerPipeline(parts: PipelineParts): PartnerPipeline {
  const known = new Map<Contract, { readonly strip: Strip; readonly visible: WeakMap<ReadonlySet<string>, readonly string[]> }>();
  /** What is the same for every request to a contract, and for every request of a caller to it. */
  const prepared = (contract: Contract, scopes: ReadonlySet<string>): { readonly strip: Strip; readonly visible: readonly string[] } => {
    const entry = known.get(contract) ?? { strip: stripTo(contract, parts.known(contract)), visible: new WeakMap() };
    known.set(contract, entry);
    const visible = entry.visible.get(scopes) ?? visibleFields(contract, scopes);
    entry.visible.set(scopes, visible);
    return { strip: entry.strip, visible };
  };

  const parseList = listParser();

  return async (operation, id, request, context) => {
    checkRequest(request);
    const principal = await authenticate(context.authenticator, request, context.now);
    const version = chooseVersion(parts.versions, request, principal);
    context.identified(principal, version);
    authorize(operation, principal);
    const parameters = parseQuery(request.query);
    const { strip, visible } = prepared(operation.contract, principal.scopes);
    const read = { operation, request, principal, version, parameters, visible, strip, access: context.access(operation, principal) };
    const answer = operation.kind === "list" ? await list(read, parts.cursors, parseList) : await get(read, id ?? "");
    return { ...answer, headers: { ...answer.headers, "Api-Version": version } };
  };
}

interface Read {
  readonly operation: Operation;
  readonly request: PartnerRequest;
  readonly principal: Principal;
  readonly version: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly visible: readonly string[];
  readonly strip: Strip;
  readonly access: ResourceAccess;
}

/** Answers belong to one caller; caches must ask again each time. */
const json = { "Content-Type": "application/json", "Cache-Control": "private, no-cache", Vary: "Authorization, Api-Version" };

async function list(
  { operation, principal, version, parameters, visible, strip, access }: Read,
  cursors: Cursors,
  parseList: ListParser,
): Promise<PartnerResponse> {
  const { query, cursor, fingerprint } = parseList(operation.contract, parameters, visible);
  const binding = `${principal.partner} ${principal.environment} ${version} ${operation.id} ${fingerprint}`;
  const after = cursor === undefined ? null : cursors.open(cursor, binding);
  const page = await access.list(principal.accounts, query, after);
  const data = strip(page.items, query.fields, page.nulls);
  const next = page.next === null ? null : cursors.seal(page.next, binding);
  return { status: 200, headers: json, body: `{"data":${data},"next_cursor":${JSON.stringify(next)}}` };
}

async function get({ request, principal, parameters, visible, strip, access }: Read, id: string): Promise<PartnerResponse> {
  const fields = fieldsOfOne(parameters, visible);
  const found = await access.get(principal.accounts, id, fields);
  if (found === undefined) throw new Problem("not-found", "There is nothing with this id among what your key may see.");
  const tag = entityTag(found.digest);
  if (isUnchanged(header(request, "if-none-match"), tag))
    return { status: 304, headers: { ETag: tag, "Cache-Control": json["Cache-Control"], Vary: json.Vary }, body: null };
  return { status: 200, headers: { ...json, ETag: tag }, body: strip([found.item], fields, found.nulls).slice(1, -1) };
}

/** A single read takes no parameter but `fields`. */
function fieldsOfOne(parameters: ReadonlyMap<string, string>, visible: readonly string[]): readonly string[] {
  for (const parameter of parameters.keys()) {
    if (parameter === "fields") continue;
    throw new Problem("unknown-parameter", "A single read takes no parameter but fields.", {
      errors: [{ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: "Not a parameter of this operation. It takes fields." }],
    });
  }
  const errors: Parameters<typeof parseFields>[2] = [];
  const fields = parseFields(parameters, visible, errors) ?? visible;
  if (errors[0] !== undefined) throw new Problem("invalid-parameter", errors[0].detail, { errors });
  return fields;
}
