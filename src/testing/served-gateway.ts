/** What the common suite needs of a gateway, whichever runtime serves it. */
import { randomBytes } from "node:crypto";
import type { SourceUrls } from "#config";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import { controlPlane, theGateway } from "#entry/control-plane.ts";
import type { WritePoint } from "#erp/write/execute.ts";
import type { GatewayDefinition, WebhookWaysParts } from "#gateway";
import type { Store } from "#store/connect.ts";
import type { Accounts } from "./project.ts";

export interface GatewayParts {
  readonly definition: GatewayDefinition;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  /** The store's database, migrated. */
  readonly storeUrl: string;
  /** Further variables of the configuration, such as `SOURCE_TIMEOUT_MS`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Those of another process of the same gateway; new ones without it. */
  readonly secrets?: GatewaySecrets;
  /** Whether partners are limited, in the Redis of `REDIS_URL` among the variables where there is one; not without it. */
  readonly limited?: boolean;
  /** Told of each point of a write, where the runtime lets a test listen. */
  readonly passing?: (point: WritePoint) => void;
  /** A certificate to trust, in PEM, where the runtime lets a test add one. */
  readonly ca?: string;
  /** The gateway's clock, where the runtime lets it be set. */
  readonly now?: () => number;
}

export interface CreateKey {
  /** Id or name. */
  readonly partner: string;
  readonly environment: "live" | "test";
  readonly scopes: readonly string[];
  readonly apiVersion?: string | undefined;
  readonly label?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** Makes partners and keys as an operator would. */
export interface Operator {
  /** For everything else that an operator does. */
  readonly plane: ControlPlane;
  createPartner(name: string, accounts: Accounts): Promise<void>;
  /** The token of a new key. */
  createKey(key: CreateKey): Promise<string>;
}

export interface ServedGateway extends Operator {
  /** Without a slash at the end. */
  readonly url: string;
  /** All lines logged so far, as they would stand in a file. */
  readonly log: () => string;
  /** The pepper and the secret of this gateway, in the forms in which they could leak. */
  readonly ownSecrets: readonly string[];
  stop(): Promise<void>;
}

/** A way to serve a gateway; the suite is the same on each. Sources are connected to on first use. */
export type ServeGateway = (parts: GatewayParts) => Promise<ServedGateway>;

export interface GatewaySecrets {
  readonly pepper: Uint8Array;
  readonly secret: Uint8Array;
  /** As the variables `SLUICE_KEY_PEPPER` and `SLUICE_SECRET` carry them. */
  readonly variables: { readonly SLUICE_KEY_PEPPER: string; readonly SLUICE_SECRET: string };
  readonly forms: readonly string[];
}

/** Random, or those of another process. */
export function makeSecrets({ pepper, secret }: Pick<GatewaySecrets, "pepper" | "secret"> = randomSecrets()): GatewaySecrets {
  return {
    pepper,
    secret,
    variables: { SLUICE_KEY_PEPPER: `1:${Buffer.from(pepper).toString("base64")}`, SLUICE_SECRET: Buffer.from(secret).toString("base64") },
    forms: [pepper, secret]
      .map((bytes) => Buffer.from(bytes))
      .flatMap((bytes) => [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")]),
  };
}

function randomSecrets(): Pick<GatewaySecrets, "pepper" | "secret"> {
  return { pepper: randomBytes(32), secret: randomBytes(32) };
}

/** Whoever only makes partners and keys sends nothing to anybody. */
const noReceivers: WebhookWaysParts = {
  guard: async () => ({ kind: "unknown" }),
  send: async () => ({ kind: "failed", why: "connect", detail: "Nothing is sent from here.", ms: 0 }),
};

export function operatorOf(
  definition: GatewayDefinition,
  store: Store,
  { pepper, secret }: Pick<GatewaySecrets, "pepper" | "secret">,
  receivers: WebhookWaysParts = noReceivers,
): Operator {
  const plane = controlPlane(
    definition,
    store,
    { peppers: createPeppers(new Map([[1, pepper]])), secret, previousSecrets: [] },
    { kind: "external", urls: new Map() },
    receivers,
  );
  const asking = () => ({ by: theGateway, now: Date.now(), requestId: undefined });
  return {
    plane,
    async createPartner(name, accounts) {
      const owned = (["live", "test"] as const).flatMap((environment) => (accounts[environment] ?? []).map((account) => ({ environment, account })));
      const created = await perform(plane, partnerCreate, { name, accounts: owned }, asking());
      if (created.kind !== "done") throw new Error(JSON.stringify(created));
    },
    async createKey({ partner, environment, scopes, apiVersion, label, expiresAt }) {
      const terms = {
        ...(apiVersion !== undefined && { api_version: apiVersion }),
        ...(label !== undefined && { label }),
        ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
      };
      const created = await perform(plane, keyCreate, { partner, environment, scopes: [...scopes], ...terms }, asking());
      if (created.kind !== "done") throw new Error(JSON.stringify(created));
      return created.value.key;
    },
  };
}
