/** Port: when and from where credentials were last used. */

/** Uses of one credential, gathered by a process. */
export interface Uses {
  /** Public part of a key, or id of a client. */
  readonly credential: string;
  /** How long ago, in milliseconds: the store's clock says when that was. */
  readonly firstAgoMs: number;
  readonly lastAgoMs: number;
  /** Of the last use; undefined where it is not known. */
  readonly address: string | undefined;
  readonly count: number;
}

export interface LastUse {
  /** Milliseconds since 1970. */
  readonly firstUsedAt: number;
  readonly lastUsedAt: number;
  readonly address: string | undefined;
  readonly count: number;
}

/** Of the request path. */
export interface UseRecords {
  /** All of them in one statement; rejects when the store cannot be asked, and then none is noted. */
  add(uses: readonly Uses[]): Promise<void>;
}

/** For reading. What was never used is missing. */
export interface LastUses {
  of(credentials: readonly string[]): Promise<ReadonlyMap<string, LastUse>>;
}
