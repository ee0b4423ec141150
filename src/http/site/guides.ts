/** The guides in reading order, and how they are loaded: those for partners, and those for the team that wraps the ERP. */

import { withoutAbsent } from "./guide-words.ts";
import { type MarkdownPage, renderMarkdown } from "./markdown.ts";
import type { Site } from "./site.ts";

/** Files are `docs/guides/<slug>.md`; each says its own title and lead. */
export const guideSlugs = [
  "getting-started",
  "authentication",
  "pagination",
  "filtering",
  "writing",
  "changing-things",
  "batches",
  "operations",
  "events",
  "webhooks",
  "your-account",
  "errors",
  "limits",
  "versions",
] as const;

/** Words without which a guide has nothing to say here: nobody is told how to change what can only be read. */
const neededWord: Readonly<Record<string, string>> = {
  writing: "writes",
  "changing-things": "change",
  batches: "batch",
  operations: "writes",
  events: "eventType",
  webhooks: "eventType",
};

/** The team's guides are `docs/<folder>/<slug>.md`. Served only where `Site.teamGuides` says so. */
export const teamShelves = [
  {
    folder: "wrapping",
    name: "Wrapping the ERP",
    slugs: [
      "first-resource",
      "introspect",
      "conversions",
      "dates-are-integers",
      "zero-dates-and-julian-dates",
      "key-is-composite",
      "status-is-computed",
      "table-has-no-index",
      "soft-deletes-and-companies",
      "several-tables-one-resource",
      "account-on-another-table",
      "prices-shared-or-own",
      "texts-and-encodings",
      "commands",
      "scanning",
      "check-and-grants",
    ],
  },
  {
    folder: "operating",
    name: "Running the gateway",
    slugs: [
      "deploying-on-node",
      "cloudflare-workers",
      "partners-and-keys",
      "oauth2",
      "limits",
      "events",
      "webhook-endpoints",
      "admin-api",
      "usage-and-retention",
      "protecting-the-erp",
      "footprint",
      "writes-without-footprint",
      "conflicts",
    ],
  },
] as const;

export interface Guide extends MarkdownPage {
  /** Root-relative address. */
  readonly path: string;
}

/** Guides that belong together, as the lists beside a page show them. */
export interface Shelf {
  readonly name: string;
  readonly guides: readonly Guide[];
}

/** Renders what `read` names at the first call and keeps the result (values, not promises: see assets.ts). */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: { readonly is: T } | undefined;
  return async () => {
    value ??= { is: await read() };
    return value.is;
  };
}

export function guidesOf(site: Site): () => Promise<Shelf> {
  const slugs = guideSlugs.filter((slug) => site.words[neededWord[slug] ?? "environment"] !== undefined);
  return once(() => shelf(site, "guides", "Guides", slugs));
}

/** Empty where the site has none for the team. */
export function teamGuidesOf(site: Site): () => Promise<readonly Shelf[]> {
  return once(() => Promise.all(site.teamGuides ? teamShelves.map(({ folder, name, slugs }) => shelf(site, folder, name, slugs)) : []));
}

async function shelf(site: Site, folder: string, name: string, slugs: readonly string[]): Promise<Shelf> {
  const values = { ...site.words, title: site.title, url: site.url, version: site.version, keyPrefix: site.keyPrefix };
  const guides = slugs.map(async (slug) => {
    const content = await site.readAsset(`${folder}/${slug}.md`);
    const source = typeof content === "string" ? content : new TextDecoder().decode(content);
    return { path: `/docs/${folder}/${slug}`, ...renderMarkdown(withoutAbsent(source, site.words), values, folder) };
  });
  return { name, guides: await Promise.all(guides) };
}
