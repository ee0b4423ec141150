/** What the cases of the common suite share: a served gateway, two partners with keys, a client that checks every answer. */
import { expect } from "vitest";
import type { SourceUrls } from "#config";
import type { Contract } from "#contract/contract.ts";
import { declaredScopes } from "#contract/contract.ts";
import { expandable } from "#contract/response-schema.ts";
import type { Environment } from "#pipeline/principal.ts";
import { type Conformance, conformance } from "./conformance.ts";
import { embeddedStore, type SuiteStore } from "./embedded-store.ts";
import { environmentsOf, type PreparedProject, type SuiteProject, type Who } from "./project.ts";
import { idOf, isRow, query, type Row } from "./public-values.ts";
import { type SecretWatch, secretWatch } from "./secret-watch.ts";
import { serveOnNode } from "./serve-on-node.ts";
import type { ServedGateway, ServeGateway } from "./served-gateway.ts";

export interface SuiteOptions {
  /** How the gateway is served; in this process by default. */
  readonly serve?: ServeGateway;
  /** The gateway's own tables; an embedded Postgres by default. */
  readonly openStore?: () => Promise<SuiteStore>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null without one. */
  readonly body: unknown;
}

export interface AskOptions {
  /** A token; null sends no key at all. */
  readonly key: string | null;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, as the content type among the headers. */
  readonly text?: string;
}

export interface World {
  readonly project: SuiteProject;
  readonly prepared: PreparedProject;
  readonly gateway: ServedGateway;
  /** The gateway's own tables. */
  readonly storeUrl: string;
  readonly watch: SecretWatch;
  /** The served document of the definition's version. */
  readonly document: Row;
  /** Every scope there is. */
  readonly scopes: readonly string[];
  /** Sends a request; fails the test when the answer is not what the document says. */
  ask(target: string, options: AskOptions): Promise<Answer>;
  /** A key of a partner, made once per set of scopes; with every scope unless they are given. */
  key(who: Who, environment: Environment, scopes?: readonly string[]): Promise<string>;
  /** Every row of a list, page by page; fails on a row that comes twice. */
  walk(contract: Contract, parameters: Readonly<Record<string, string>>, key: string): Promise<readonly Row[]>;
  /** All a partner may see of a resource, with all child rows; read once. */
  rows(contract: Contract, who: Who, environment: Environment): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openWorld(project: SuiteProject, { serve = serveOnNode, openStore = embeddedStore }: SuiteOptions = {}): Promise<World> {
  const prepared = await project.prepare();
  const store = await openStore();
  const gateway = await serve({ definition: project.definition, sources: sourcesOf(project, prepared), storeUrl: store.url });
  const watch = secretWatch();
  watch.forbid(...(prepared.secrets ?? []), ...gateway.ownSecrets);
  for (const who of ["first", "second"] as const) await gateway.createPartner(who, project.accounts[who]);
  const document: unknown = await (await fetch(`${gateway.url}/openapi/${project.definition.version}.json`)).json();
  if (!isRow(document)) throw new Error("no document");
  const conforms: Conformance = conformance(document, gateway.url);
  const scopes = [...declaredScopes(project.definition.contracts)].sort();
  const keys = new Map<string, Promise<string>>();
  const walks = new Map<string, Promise<readonly Row[]>>();

  async function ask(target: string, { key, method = "GET", headers = {}, body: sent, text: raw }: AskOptions): Promise<Answer> {
    const response = await fetch(gateway.url + target, {
      method,
      headers: {
        ...(key !== null && { Authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(sent !== undefined ? { body: JSON.stringify(sent) } : raw !== undefined && { body: raw }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    watch.look(`${method} ${target}`, `${[...response.headers].map((pair) => pair.join(": ")).join("\n")}\n${text}`);
    expect(
      conforms({ method, target, status: response.status, headers: response.headers, text }),
      `${method} ${target} answered ${response.status} ${text.slice(0, 300)}`,
    ).toEqual([]);
    const body: unknown = text === "" ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, text, body };
  }

  const world: World = {
    project,
    prepared,
    gateway,
    storeUrl: store.url,
    watch,
    document,
    scopes,
    ask,
    key(who, environment, chosen = scopes) {
      const name = [who, environment, ...chosen].join(" ");
      const made =
        keys.get(name) ??
        gateway.createKey({ partner: who, environment, scopes: chosen }).then((token) => {
          watch.forbid(token, token.split("_").at(-1) ?? token);
          return token;
        });
      keys.set(name, made);
      return made;
    },
    async walk(contract, parameters, key) {
      const rows: Row[] = [];
      const seen = new Set<string>();
      let cursor: string | undefined;
      do {
        const answer = await ask(`/v1/${contract.name}?${query({ limit: "200", ...parameters, ...(cursor !== undefined && { cursor }) })}`, { key });
        expect(answer.status, answer.text.slice(0, 500)).toBe(200);
        const page = pageOf(answer.body);
        for (const row of page.data) {
          expect(seen.has(idOf(row)), `${contract.name} ${idOf(row)} came twice`).toBe(false);
          seen.add(idOf(row));
          rows.push(row);
        }
        cursor = page.next;
      } while (cursor !== undefined);
      return rows;
    },
    rows(contract, who, environment) {
      const name = `${contract.name} ${who} ${environment}`;
      const expand = expandable(contract);
      const walked =
        walks.get(name) ?? world.key(who, environment).then((key) => world.walk(contract, expand.length > 0 ? { expand: expand.join(",") } : {}, key));
      walks.set(name, walked);
      return walked;
    },
    async close() {
      await gateway.stop();
      await store.drop();
      await prepared.drop?.();
    },
  };
  return world;
}

/** An environment that the partners have no accounts in is not there for the gateway either. */
function sourcesOf(project: SuiteProject, { sources }: PreparedProject): ReadonlyMap<string, SourceUrls> {
  const environments = environmentsOf(project);
  const served = ({ live, test }: SourceUrls): SourceUrls => ({
    ...(live !== undefined && { live }),
    ...(test !== undefined && environments.includes("test") && { test }),
  });
  return new Map([...sources].map(([name, urls]) => [name, served(urls)]));
}

export function pageOf(body: unknown): { readonly data: readonly Row[]; readonly next: string | undefined } {
  const data = isRow(body) ? body["data"] : undefined;
  const next = isRow(body) ? body["next_cursor"] : undefined;
  if (!Array.isArray(data) || !data.every(isRow)) throw new Error("no page");
  return { data, next: typeof next === "string" ? next : undefined };
}

/** The code of a problem document. */
export function codeOf({ body }: Answer): unknown {
  return isRow(body) ? body["code"] : undefined;
}

/** The `errors` of a problem document. */
export function errorsOf({ body }: Answer): readonly Row[] {
  const errors = isRow(body) ? body["errors"] : undefined;
  return Array.isArray(errors) ? errors.filter(isRow) : [];
}

/** The first of many, and some spread over the rest. */
export function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * (all.length - 1)) / (count - 1))]).filter((item): item is T => item !== undefined);
}
