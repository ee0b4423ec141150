/** The index of guides, and one guide between the list of guides and its own table of contents. */

import { html, raw } from "hono/html";
import type { Guide } from "./guides.ts";
import type { Html } from "./layout.ts";

export function guideIndexPage(guides: readonly Guide[]): Html {
  return html`<main id="main" class="index">
<h1>Guides</h1>
<p class="lead">How the API works, in the order in which you will need it.</p>
<ol class="cards">${guides.map(({ slug, title, lead }) => html`<li><a href="/docs/guides/${slug}"><h2>${title}</h2><p>${lead}</p></a></li>`)}</ol>
</main>`;
}

export function guidePage(guides: readonly Guide[], guide: Guide): Html {
  const at = guides.indexOf(guide);
  return html`<div class="columns">
${guideList(guides, guide)}
<main id="main" class="article">
<h1>${guide.title}</h1>
${raw(guide.html)}
<nav class="turn" aria-label="Next and previous guide">
${turn("Previous", "prev", guides[at - 1])}${turn("Next", "next", guides[at + 1])}
</nav>
</main>
${contents(guide.headings)}
</div>`;
}

/** Open on wide screens by style, folded on narrow ones, without script. */
function guideList(guides: readonly Guide[], current: Guide): Html {
  const links = guides.map(({ slug, title }) => {
    const mark = slug === current.slug ? html` aria-current="page"` : "";
    return html`<li><a href="/docs/guides/${slug}"${mark}>${title}</a></li>`;
  });
  return html`<nav class="side" aria-label="Guides">
<details><summary>All guides</summary><ul>${links}</ul></details>
<div class="side-wide"><p>Guides</p><ul>${links}</ul></div>
</nav>`;
}

/** Links to the sections of a page. */
export function contents(headings: readonly { readonly id: string; readonly text: string; readonly depth: number }[]): Html {
  return html`<nav class="contents" aria-labelledby="contents-title">
<p id="contents-title">On this page</p>
<ul>${headings.map(({ id, text, depth }) => html`<li class="depth-${depth}"><a href="#${id}">${text}</a></li>`)}</ul>
</nav>`;
}

function turn(label: string, rel: string, guide: Guide | undefined): Html | string {
  if (guide === undefined) return "";
  return html`<a class="${rel}" rel="${rel}" href="/docs/guides/${guide.slug}"><span>${label}</span>${guide.title}</a>`;
}
