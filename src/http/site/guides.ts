/** The guides in reading order, and how they are loaded. */

import { type MarkdownPage, renderMarkdown } from "./markdown.ts";
import type { Site } from "./site.ts";

/** Files are `docs/guides/<slug>.md`; each says its own title and lead. */
export const guideSlugs = ["getting-started", "authentication", "pagination", "filtering", "errors", "versions"] as const;

export interface Guide extends MarkdownPage {
  readonly slug: string;
}

/** Renders every guide at the first call and keeps the result (values, not promises: see assets.ts). */
export function guidesOf(site: Site): () => Promise<readonly Guide[]> {
  let guides: readonly Guide[] | undefined;
  const values = { title: site.title, url: site.url, version: site.version, keyPrefix: site.keyPrefix };
  return async () => {
    guides ??= await Promise.all(
      guideSlugs.map(async (slug) => {
        const content = await site.readAsset(`guides/${slug}.md`);
        const source = typeof content === "string" ? content : new TextDecoder().decode(content);
        return { slug, ...renderMarkdown(source, values) };
      }),
    );
    return guides;
  };
}
