/** What the docs site needs to know of a project, and its port for files; everything on the pages derives from this. */

import type { GuideWords } from "./guide-words.ts";

export interface Site {
  /** The project's name, shown as the brand, e.g. "Meridian Wholesale". */
  readonly title: string;
  /** One or two sentences: what partners get here. */
  readonly summary: string;
  /** Public base URL, no trailing slash. */
  readonly url: string;
  /** The newest contract version, `YYYY-MM-DD`. */
  readonly version: string;
  /** All contract versions, newest first. */
  readonly versions: readonly string[];
  /** What every API key begins with, e.g. "slc". */
  readonly keyPrefix: string;
  readonly resources: readonly SiteResource[];
  /** What the guides' examples are about. */
  readonly words: GuideWords;
  readonly problems: Readonly<Record<string, SiteProblem>>;
  /** The first request to show; it must work when pasted with the reader's key. */
  readonly example: { readonly curl: string };
  /** Whether there are pages for the team that wraps the ERP. Partners of a company in production are not shown how it is done. */
  readonly teamGuides: boolean;
  /** Port: "scalar.js", "guides/<slug>.md", those of `teamShelves`, and the site's own files. Rejects when there is no such file. */
  readAsset(name: string): Promise<Uint8Array | string>;
  /** Whether the port also has "<name>.hash" and "<name>.gz" of each of the site's own files. */
  readonly assetsArePrepared?: boolean;
}

export interface SiteResource {
  readonly name: string;
  readonly summary: string;
  readonly operations: readonly SiteOperation[];
  /** Who writes which field; empty where partners only read. */
  readonly fields: readonly SiteField[];
}

export interface SiteField {
  readonly field: string;
  readonly owner: "erp" | "partner" | "shared";
  /** What happens when both sides changed a shared field. */
  readonly rule?: string;
  /** May hold inline Markdown. */
  readonly description?: string;
  /** Commands that set it. */
  readonly commands: readonly string[];
  /** Scope that a key needs to see it. */
  readonly scope?: string;
}

export interface SiteOperation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** Absent where any key of the partner will do. */
  readonly scope?: string;
}

export interface SiteProblem {
  readonly status: number;
  readonly title: string;
  /** What the caller should do; may hold inline Markdown. */
  readonly advice: string;
  /** What its `errors` can say, by their codes; may hold inline Markdown. */
  readonly reasons?: Readonly<Record<string, string>>;
}
