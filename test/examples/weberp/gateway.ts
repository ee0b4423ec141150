/** The webERP gateway without HTTP and store: the token names the accounts, so that a test reads as what it is about. */

import type { ConnectionOptions } from "#erp/dialects/connection.ts";
import { createGateway, describeGateway, openSource, type RequestHandles } from "#gateway";
import { unlimited } from "#pipeline/limits.ts";
import gateway from "../../../examples/weberp/gateway.ts";
import { noStore } from "../../support/no-store.ts";
import { noTokens } from "../../support/no-tokens.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // What the contract makes of it is checked by the tests themselves.
  readonly body: Record<string, unknown> & { readonly data: readonly Record<string, unknown>[]; readonly next_cursor: string | null };
}

export interface TestGateway {
  /** `accounts`: customer numbers, separated by `+`. */
  get(accounts: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  readonly log: readonly string[];
  close(): Promise<void>;
}

export function openGateway(url: string, options: Partial<ConnectionOptions> = {}): TestGateway {
  const database = openSource("mariadb", {
    url,
    maxConnections: 4,
    acquireTimeoutMs: 2_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: true,
    applicationName: "test",
    ...options,
  });
  const { scopes, versions } = describeGateway(gateway);
  const log: string[] = [];
  const note = (level: string) => (fields: object, message: string) => void log.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const authenticator: RequestHandles["authenticator"] = {
    authenticate: async (token) => ({
      kind: "authenticated",
      principal: {
        partner: token,
        partnerName: token,
        environment: "live",
        keyId: token,
        scopes: new Set(scopes),
        accounts: token.split("+"),
        apiVersion: versions[0],
        expiresAt: undefined,
        limits: unlimited,
      },
    }),
  };
  const { fetch } = createGateway({
    definition: gateway,
    secret: new Uint8Array(32),
    publicUrl: "http://gateway.test",
    exampleCurl: "",
    readAsset: async () => {
      throw new Error("no assets here");
    },
    log: { info: note("info"), warn: note("warn"), error: note("error") },
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
  });
  return {
    log,
    close: () => database.close(),
    async get(accounts, path, headers = {}) {
      const response = await fetch(
        new Request(`http://gateway.test${path}`, { headers: { Authorization: `Bearer ${accounts}`, ...headers } }),
        {},
        { databases: () => database, authenticator, tokenServer: noTokens, ...noStore },
      );
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: text === "" ? {} : JSON.parse(text) };
    },
  };
}
