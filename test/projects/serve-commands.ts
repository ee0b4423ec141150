/** A project's gateway over one ERP with its footprint, and a client that writes as a partner with given accounts would. */
import { randomUUID } from "node:crypto";
import { describeGateway, type GatewayDefinition } from "#gateway";
import { serveOnNode } from "#testing/serve-on-node.ts";
import { addFootprint } from "../support/footprint.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";

/** The ERP's database, spoken to as its own programs would. */
export interface ErpAtHand {
  readonly url: string;
  run(statements: string): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Request {
  readonly body?: unknown;
  /** Read before with the thing's own URL where it is left out and the method needs it; null: none is sent. */
  readonly ifMatch?: string | null;
  readonly idempotencyKey?: string;
}

export interface ServedCommands {
  send(method: string, path: string, request?: Request): Promise<Answer>;
  readonly log: () => string;
  close(): Promise<void>;
}

export async function serveCommands(
  definition: GatewayDefinition,
  erp: ErpAtHand,
  { accounts, now = () => Date.now() }: { readonly accounts: readonly string[]; readonly now?: () => number },
): Promise<ServedCommands> {
  const [source] = definition.resources.map((resource) => resource.source);
  if (source === undefined) throw new Error("no resources");
  await addFootprint(source.dialect, (statement) => erp.run(statement));
  const store = await createDatabase(gatewayTables);
  const gateway = await serveOnNode({ definition, sources: new Map([[source.name, { live: erp.url, test: erp.url }]]), storeUrl: store.url, now });
  await gateway.createPartner("partner", { live: accounts, test: [] });
  const key = await gateway.createKey({ partner: "partner", environment: "live", scopes: [...describeGateway(definition).scopes] });

  const send: ServedCommands["send"] = async (method, path, { body, ifMatch, idempotencyKey = randomUUID() } = {}) => {
    const tag = ifMatch === undefined && (method === "PATCH" || method === "DELETE") ? await tagOf(path) : ifMatch;
    const response = await fetch(gateway.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(method !== "GET" && { "Idempotency-Key": idempotencyKey }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(typeof tag === "string" && { "If-Match": tag }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) };
  };
  const tagOf = async (path: string): Promise<string | null> => (await send("GET", path)).headers.get("etag");

  return {
    send,
    log: gateway.log,
    async close() {
      await gateway.stop();
      await store.drop();
    },
  };
}

/** The code of a business refusal, or the problem's own code with the pointers it names. */
export function refusalOf({ status, body }: Answer): string {
  const errors = Array.isArray(body["errors"]) ? body["errors"] : [];
  const [first] = errors;
  if (body["code"] === "command-refused") return `${status} ${String(first?.code)}`;
  return `${status} ${String(body["code"])} ${errors.map((error) => `${String(error.pointer ?? "")} ${String(error.code)}`).join(", ")}`.trim();
}
