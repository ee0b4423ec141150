/** A gateway without HTTP and store over one database of the test's own, with a clock that the test moves. */
import { createGateway, describeGateway, type GatewayDefinition, openSource, type RecordedSchema } from "#gateway";
import { unlimited } from "#pipeline/limits.ts";
import { noStore } from "../../support/no-store.ts";
import { noTokens } from "../../support/no-tokens.ts";

export interface CheckedGateway {
  /** Statuses by resource, of a list of each; `503 60` where there is a `Retry-After`. */
  statuses(): Promise<Readonly<Record<string, string>>>;
  status(path: string): Promise<string>;
  health(): Promise<Readonly<Record<string, unknown>>>;
  /** One round, as the process does in the background. */
  check(): Promise<boolean>;
  /** Lets time pass for the gateway. */
  later(seconds: number): void;
  /** Lines since the last call: level, resource, findings and message. */
  log(): readonly string[];
  close(): Promise<void>;
}

export interface CheckedGatewayOptions {
  readonly definition: GatewayDefinition;
  readonly url: string;
  readonly account: string;
  readonly recorded?: ReadonlyMap<string, RecordedSchema>;
}

export function openCheckedGateway({ definition, url, account, recorded }: CheckedGatewayOptions): CheckedGateway {
  const { scopes, versions, sources } = describeGateway(definition);
  const database = openSource(sources[0]?.dialect ?? "postgres", {
    url,
    maxConnections: 4,
    acquireTimeoutMs: 2_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: true,
    applicationName: "test",
  });
  let nowMs = Date.now();
  let lines: string[] = [];
  const note = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    const findings = Array.isArray(fields["findings"]) ? fields["findings"].join("; ") : "";
    if (level !== "info") lines.push(`${level} ${String(fields["environment"] ?? "")} ${String(fields["resource"] ?? "")} [${findings}] ${message}`);
  };
  const principal = {
    partner: "p",
    partnerName: "p",
    environment: "live",
    keyId: "k",
    scopes: new Set(scopes),
    accounts: [account],
    apiVersion: versions[0],
    expiresAt: undefined,
    limits: unlimited,
  } as const;
  const gateway = createGateway({
    definition,
    secret: new Uint8Array(32),
    publicUrl: "http://gateway.test",
    exampleCurl: "",
    readAsset: () => Promise.reject(new Error("no assets here")),
    ...(recorded !== undefined && { recorded }),
    log: { info: note("info"), warn: note("warn"), error: note("error") },
    now: () => nowMs,
    elapsedMs: () => performance.now(),
  });
  const authenticator = { authenticate: async () => ({ kind: "authenticated", principal }) as const };
  const ask = (path: string): Promise<Response> =>
    gateway.fetch(
      new Request(`http://gateway.test${path}`, { headers: { Authorization: "Bearer x" } }),
      {},
      { databases: () => database, authenticator, tokenServer: noTokens, ...noStore },
    );

  async function status(path: string): Promise<string> {
    const response = await ask(path);
    await response.text();
    const retryAfter = response.headers.get("Retry-After");
    return retryAfter === null ? String(response.status) : `${response.status} ${retryAfter}`;
  }

  return {
    status,
    async statuses() {
      const found: Record<string, string> = {};
      for (const { name } of definition.contracts) found[name] = await status(`/v1/${name}?limit=3`);
      return found;
    },
    async health() {
      return JSON.parse(await (await ask("/health")).text());
    },
    check: () => gateway.check(() => database),
    later: (seconds) => {
      nowMs += seconds * 1000;
    },
    log() {
      const said = lines.filter((line) => !line.includes("request failed"));
      lines = [];
      return said;
    },
    close: () => database.close(),
  };
}
