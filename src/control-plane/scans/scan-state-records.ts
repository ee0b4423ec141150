/** Port: how far the scans of resources are, and what operators decide about them. */

/** A resource of a source, in one environment. */
export interface ScannedResource {
  readonly source: string;
  readonly environment: "live" | "test";
  readonly resource: string;
}

/** Times in milliseconds since 1970. */
export interface ScanProgress extends ScannedResource {
  /** `first`: everything is looked at for the first time, and nothing is news. `underway`: a pass is. `waiting`: for the next. */
  readonly state: "first" | "underway" | "waiting";
  /** Rows that the pass underway has read, or the last one. */
  readonly rows: number;
  readonly passes: number;
  readonly lastPassAt: number | undefined;
  /** Things that are missing, of which nothing is said since they are too many. */
  readonly held: { readonly at: number; readonly things: number } | undefined;
  /** So many missing things the next pass lets go. */
  readonly confirmed: number;
  /** A pass is wanted before its time. */
  readonly wanted: boolean;
}

export interface ScanStateRecords {
  list(): Promise<readonly ScanProgress[]>;
  find(of: ScannedResource): Promise<ScanProgress | undefined>;
  /** Has it looked at before its time, whether it ever was looked at or not. */
  want(of: ScannedResource): Promise<void>;
  /** Lets so many missing things go in the next pass, which is wanted before its time. */
  confirm(of: ScannedResource, missing: number): Promise<void>;
}
