/** Port: uses of credentials, as the request path notes them. */

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

/** Of the request path. */
export interface UseRecords {
  /** All of them in one statement; rejects when the store cannot be asked, and then none is noted. */
  add(uses: readonly Uses[]): Promise<void>;
}
