/** The frame around every page: head, header with navigation, footer. */

import { html } from "hono/html";
import type { Assets } from "./assets.ts";
import type { Site } from "./site.ts";

export type Html = ReturnType<typeof html>;
export type Section = "home" | "guides" | "reference" | "errors" | "team";

export interface Page {
  /** Left out on the landing page, whose title is the site's own. */
  readonly title?: string;
  readonly description: string;
  readonly section: Section;
  readonly main: Html;
  /** Further elements of the head. */
  readonly head?: Html;
  /** The reference brings its own full-width frame and needs no footer. */
  readonly isApplication?: boolean;
}

const sections: readonly { readonly section: Section; readonly href: string; readonly label: string }[] = [
  { section: "guides", href: "/docs/guides", label: "Guides" },
  { section: "reference", href: "/docs", label: "Reference" },
  { section: "errors", href: "/docs/errors", label: "Errors" },
];
const teamSection = { section: "team", href: "/docs/wrapping", label: "Wrapping" } as const;

/** A complete document. */
export async function layout(site: Site, assets: Assets, page: Page): Promise<Html> {
  const [css, mark] = await Promise.all([assets.url("site.css"), assets.url("mark.svg")]);
  const title = page.title === undefined ? `${site.title} partner API` : `${page.title} · ${site.title} partner API`;
  const links = (site.teamGuides ? [...sections, teamSection] : sections).map(({ section, href, label }) => {
    const current = section === page.section ? html` aria-current="true"` : "";
    return html`<a href="${href}"${current}>${label}</a>`;
  });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<meta name="description" content="${page.description}">
<link rel="icon" href="${mark}" type="image/svg+xml">
<link rel="stylesheet" href="${css}">
${page.isApplication ? "" : await contentFiles(assets)}${page.head ?? ""}
</head>
<body class="${page.isApplication ? "application" : ""}">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<div class="top-inner">
<a class="brand" href="/" aria-label="${site.title} partner API, start page"><img src="${mark}" width="26" height="26" alt=""><span class="brand-title">${site.title}</span><span class="brand-kind">Partner API</span></a>
<nav aria-label="Documentation">${links}</nav>
</div>
</header>
${page.main}
${page.isApplication ? "" : footer(site)}
</body>
</html>`;
}

async function contentFiles(assets: Assets): Promise<Html> {
  const [css, script] = await Promise.all([assets.url("pages.css"), assets.url("site.js")]);
  return html`<link rel="stylesheet" href="${css}">
<script src="${script}" defer></script>`;
}

function footer(site: Site): Html {
  return html`<footer class="bottom">
<div class="bottom-inner">
<p>${site.title} partner API <span class="quiet">version ${site.version}</span></p>
<p class="quiet">Powered by Sluice</p>
</div>
</footer>`;
}
