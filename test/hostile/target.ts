/** The gateway that hostile input is thrown at: the demo project over real HTTP, reached by raw bytes. */
import { afterAll, beforeAll, expect } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { type ProblemKind, problemKinds } from "#lib/problems.ts";
import { isRow, type Row } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases, withClient } from "../projects/demo/databases.ts";
import { addFootprint } from "../support/footprint.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { type RawAnswer, type RawOptions, sendRaw } from "../support/raw-http.ts";

export interface HostileTarget {
  readonly gateway: NodeGateway;
  /** A valid live key with every scope. */
  readonly key: string;
  /** The live ERP, with the gateway's footprint in it. */
  readonly erpUrl: string;
  /** Sends a GET with these header lines besides Host and a valid Authorization. */
  get(target: string, ...headers: readonly string[]): Promise<RawAnswer>;
  /** Sends exactly these lines, each ended with CRLF, and a blank one. */
  lines(...lines: readonly string[]): Promise<RawAnswer>;
  raw(bytes: string | Uint8Array, options?: RawOptions): Promise<RawAnswer>;
}

/** Opens a gateway for the test file that calls it. */
export function hostileTarget(variables: Readonly<Record<string, string>> = {}): () => HostileTarget {
  let opened: (HostileTarget & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    opened = await open(variables);
  }, 120_000);
  afterAll(() => opened?.close());
  return () => opened ?? expect.unreachable("not open");
}

async function open(variables: Readonly<Record<string, string>>): Promise<HostileTarget & { close(): Promise<void> }> {
  const databases = await demoDatabases({ small: true });
  await withClient(databases.live.url, (client) => addFootprint("postgres", (statement) => client.query(statement)));
  const store = await createDatabase(gatewayTables);
  const served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: store.url, variables });
  await served.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  const key = await served.createKey({ partner: "first", environment: "live", scopes: [...declaredScopes(gateway.contracts)] });
  const raw = (bytes: string | Uint8Array, options?: RawOptions) => sendRaw(served.port, bytes, options);
  const lines = (...all: readonly string[]) => raw(Buffer.from(`${all.join("\r\n")}\r\n\r\n`, "latin1"));
  return {
    gateway: served,
    key,
    erpUrl: databases.live.url,
    raw,
    lines,
    get: (target, ...headers) => lines(`GET ${target} HTTP/1.1`, "Host: localhost", `Authorization: Bearer ${key}`, ...headers),
    async close() {
      await served.stop();
      await store.drop();
      await databases.drop();
    },
  };
}

/** The parsed problem document of a refusal. */
function problemOf({ body }: RawAnswer): Row {
  const parsed: unknown = JSON.parse(body);
  return isRow(parsed) ? parsed : {};
}

/** The parts of a refusal that every hostile case is checked by. */
export function refusal(answer: RawAnswer): { readonly status: number; readonly code: unknown; readonly where: unknown } {
  expect(answer.headers.get("content-type"), answer.body.slice(0, 200)).toBe("application/problem+json");
  expect(answer.body).not.toMatch(/\bat .*\.(?:ts|js|mjs):\d+|node_modules/i);
  const problem = problemOf(answer);
  const errors: readonly unknown[] = Array.isArray(problem["errors"]) ? problem["errors"] : [];
  const error = isRow(errors[0]) ? errors[0] : {};
  // Where there is a list of reasons, nobody is given another one.
  const { reasons }: Partial<ProblemKind> = Object.entries<ProblemKind>(problemKinds).find(([code]) => code === problem["code"])?.[1] ?? {};
  if (reasons !== undefined) for (const one of errors) expect(Object.keys(reasons)).toContain(isRow(one) ? one["code"] : one);
  return { status: answer.status, code: problem["code"], where: error["header"] ?? error["parameter"] ?? error["pointer"] };
}
