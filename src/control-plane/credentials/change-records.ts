/** Port: what has changed of credentials, and of what they depend on, in the gateway's own store. */

/** `key:4fT0aZ91bQxy`, `partner:ptr_...`; with `*` as the id, all of the kind. */
export type Changed = "everything" | ReadonlySet<string>;

export interface ChangesRead {
  /** For the next time. */
  readonly mark: string;
  readonly changed: Changed;
}

export interface CredentialChanges {
  /**
   * All that was committed after the time of `mark`, or before the answer began, whichever process did it. "everything" where
   * that cannot be told: without a mark, after too long, on another server. Rejects when the store cannot be asked.
   */
  since(mark: string | undefined): Promise<ChangesRead>;
  /** Forgets changes that every process has seen long ago; bounded, and of no use to be called often. */
  sweep(): Promise<void>;
}
