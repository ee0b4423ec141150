/** Ports: what the verbs on operators and their authentication need of a store. */
import type { Role } from "../verb.ts";

/** As it is shown in lists; nothing of it is secret. Times in milliseconds since 1970. */
export interface Operator {
  /** `opr_...` */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** To the minute. */
  readonly lastUsedAt: number | undefined;
}

export interface OperatorSecret {
  readonly mac: Uint8Array;
  readonly pepperVersion: number;
}

export interface OperatorRecords {
  /** Names are unique among those that are not revoked, whatever their case. */
  insert(operator: Operator & OperatorSecret): Promise<"inserted" | "name-taken">;
  /** By id, or by the name of one that is not revoked. */
  find(idOrName: string): Promise<Operator | undefined>;
  /** With what is needed to check its bearer. */
  findSecret(id: string): Promise<(Operator & OperatorSecret) | undefined>;
  /** Newest first, after the operator `after`. */
  list(after: string | undefined, limit: number): Promise<Operator[]>;
  /** As it is afterwards, with the time of its first revocation; undefined when there is none of this id. */
  revoke(id: string, at: number): Promise<Operator | undefined>;
  /** Notes that its token was used, once a minute at most. */
  used(id: string, at: number): Promise<void>;
}
