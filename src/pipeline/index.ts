/** What every partner request passes, in order. Read this first. */

import type { Known } from "#contract/certain.ts";
import type { Contract } from "#contract/contract.ts";
import type { Operation, ReadOperation } from "#contract/operations.ts";
import { prepareContracts } from "#contract/prepared.ts";
import type { Strip } from "#contract/strip.ts";
import { Problem } from "#lib/problems.ts";
import { accountAnswer } from "./account.ts";
import { chooseVersion } from "./api-version.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { batch } from "./batch.ts";
import { checkRequest } from "./check-request.ts";
import { command } from "./command.ts";
import { entityTag, isUnchanged } from "./conditional.ts";
import type { Cursors } from "./cursor.ts";
import { endpointAnswer } from "./endpoints.ts";
import { eventsAnswer } from "./events.ts";
import { header, type PartnerRequest, type PartnerResponse } from "./exchange.ts";
import { expiryWarning } from "./expiry-warning.ts";
import { json } from "./json-headers.ts";
import { limit } from "./limit.ts";
import type { Limiter, Standings } from "./limits.ts";
import { operationStatus } from "./operation-status.ts";
import { parseFields } from "./parse-fields.ts";
import { type ListParser, listParser } from "./parse-list.ts";
import type { AccountAccess, EndpointAccess, EventAccess, OperationAccess, ResourceAccess } from "./ports.ts";
import type { Authenticator, Principal } from "./principal.ts";
import { parseQuery } from "./query-string.ts";

export interface PipelineParts {
  readonly cursors: Cursors;
  /** What the ERP side is certain of, by field: nothing that has to be checked again. */
  known(contract: Contract): Readonly<Record<string, Known | undefined>>;
  /** Newest first. */
  readonly versions: readonly string[];
  /** URL of the page that says what to do about a key that ends. */
  readonly expiryHelp: string;
}

/** What one request brings along: its own ways to the keys and the ERP, the clock, and a note for the usage record. */
export interface RequestContext {
  readonly now: number;
  readonly authenticator: Authenticator;
  access(contract: Contract, principal: Principal): ResourceAccess;
  operations(principal: Principal): OperationAccess;
  /** The second id of the path, of what stands under the first. */
  readonly under?: string;
  /** As soon as it is known who calls, and again when the version is. */
  identified(principal: Principal, version: string | undefined): void;
  /** Undefined: nobody is limited. */
  readonly limiter: Limiter | undefined;
  /** Tells when the client has gone away, where the runtime does. Some make it when it is first asked for. */
  gone(): AbortSignal;
  /** Units that the request has cost so far. */
  charged(cost: number): void;
  /** Headers that the answer has from now on, whatever it turns out to be; a later value of one replaces an earlier one. */
  always(headers: Readonly<Record<string, string>>): void;
  readonly account: AccountAccess;
  readonly events: EventAccess;
  readonly endpoints: EndpointAccess;
  /** Tells the operator of a failure that is part of an answer. */
  report(problem: Problem): void;
  /** A problem as it leaves, for receipts that keep one. */
  render(problem: Problem): PartnerResponse;
}

export type PartnerPipeline = (operation: Operation, id: string | undefined, request: PartnerRequest, context: RequestContext) => Promise<PartnerResponse>;

export function partnerPipeline(parts: PipelineParts): PartnerPipeline {
  const prepared = prepareContracts(parts.known);
  const parseList = listParser();

  return async (operation, id, request, context) => {
    checkRequest(request, operation.method !== "GET");
    const principal = await authenticate(context.authenticator, request, context.now);
    context.identified(principal, undefined);
    context.always(expiryWarning(principal, context.now, parts.expiryHelp));
    const taken = await limit(operation, principal, context);
    try {
      const version = chooseVersion(parts.versions, request, principal);
      context.identified(principal, version);
      context.always({ "Api-Version": version });
      return await answerTo(operation, id ?? "", {
        request,
        principal,
        version,
        context,
        raise: taken.raise,
        standings: taken.standings,
        release: taken.release,
      });
    } finally {
      taken.release();
    }
  };

  async function answerTo(operation: Operation, id: string, asked: Asked): Promise<PartnerResponse> {
    const { request, principal, version, context } = asked;
    switch (operation.kind) {
      case "status":
        return operationStatus(id, request.query, context.operations(principal));
      case "account":
        return accountAnswer(operation, { ...asked, cursors: parts.cursors });
      case "events":
        authorize(operation, principal);
        return eventsAnswer(operation, id, asked);
      case "endpoint":
        authorize(operation, principal);
        return endpointAnswer(operation, id, { ...asked, cursors: parts.cursors });
      case "batch":
        return batch(operation, { ...asked, prepared });
      case "command":
        authorize(operation, principal);
        return command(operation, id, { ...asked, prepared });
      default: {
        authorize(operation, principal);
        const parameters = parseQuery(request.query);
        const { strip, visible } = prepared(operation.contract, principal.scopes);
        const read = { operation, request, principal, version, parameters, visible, strip, access: context.access(operation.contract, principal) };
        return operation.kind === "list" ? await list(read, parts.cursors, parseList) : await get(read, id);
      }
    }
  }
}

/** A request whose caller is known. */
export interface Asked {
  readonly request: PartnerRequest;
  readonly principal: Principal;
  readonly version: string;
  readonly context: RequestContext;
  /** Charges the request so much in all, when more is known of it; throws `quota-exceeded`. */
  raise(cost: number): Promise<void>;
  /** What is left of the caller's limits after this request; undefined: it has none. */
  readonly standings: Standings | undefined;
  /** It is no longer underway, as far as the caller's limits go: it only waits. */
  release(): void;
}

interface Read {
  readonly operation: ReadOperation;
  readonly request: PartnerRequest;
  readonly principal: Principal;
  readonly version: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly visible: readonly string[];
  readonly strip: Strip;
  readonly access: ResourceAccess;
}

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
  const tag = entityTag(found.tag);
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
