/** The seam between a process and the engine: what is asked of a project's definition, and how a gateway is made of it. */
import type { Authenticator } from "#pipeline/principal.ts";
import type { SourceUrls } from "#config";
import type { RequestOrigin } from "./serve.ts";

/** What a process has to know of a project before it can start a gateway. */
export interface ProjectDescription {
  readonly name: string;
  readonly keyPrefix: string | undefined;
  readonly sourceNames: readonly string[];
  /** Every scope the contracts declare. */
  readonly scopes: ReadonlySet<string>;
  /** Contract versions, newest first. */
  readonly versions: readonly [string, ...string[]];
}

export interface GatewayParts {
  readonly definition: unknown;
  readonly authenticator: Authenticator;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly sourcePoolSize: number;
  readonly sourceTimeoutMs: number;
  readonly secret: Uint8Array;
  readonly publicUrl: string;
  readonly logLevel: string;
}

export interface Gateway {
  fetch(request: Request, origin: RequestOrigin): Promise<Response>;
  close(): Promise<void>;
}

// INTERIM, until src/gateway.ts exists: a gateway that authenticates and answers every path alike.

export function describeProject(_definition: unknown): ProjectDescription {
  return { name: "Interim", keyPrefix: undefined, sourceNames: ["erp"], scopes: new Set(["orders:read", "products:read"]), versions: ["2026-01-01"] };
}

export async function composeGateway(parts: GatewayParts): Promise<Gateway> {
  return {
    fetch: async (request) => {
      const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
      const result = await parts.authenticator.authenticate(token, Date.now());
      return result.kind === "authenticated" ? Response.json({ data: [], partner: result.principal.partnerName }) : Response.json(result, { status: 401 });
    },
    close: async () => undefined,
  };
}
