/** The indexes of guides, and one guide between the list of guides and its own table of contents. */

import { html, raw } from "hono/html";
import type { Guide, Shelf } from "./guides.ts";
import type { Html } from "./layout.ts";

export function guideIndexPage({ guides }: Shelf): Html {
  return html`<main id="main" class="index">
<h1>Guides</h1>
<p class="lead">How the API works, in the order in which you will need it.</p>
<ol class="cards">${guides.map(({ path, title, lead }) => html`<li><a href="${path}"><h2>${title}</h2><p>${lead}</p></a></li>`)}</ol>
</main>`;
}

export function teamIndexPage(shelves: readonly Shelf[]): Html {
  return html`<main id="main" class="index">
<h1>For the team that wraps the ERP</h1>
<p class="lead">How a table becomes a resource, and how the gateway is run. Partners of a gateway in production do not see these pages: <code>TEAM_GUIDES</code> decides.</p>
${shelves.map(
  ({ name, guides }, at) => html`<section aria-labelledby="shelf-${at}">
<h2 id="shelf-${at}">${name}</h2>
<ol class="cards">${guides.map(({ path, title, lead }) => html`<li><a href="${path}"><h3>${title}</h3><p>${lead}</p></a></li>`)}</ol>
</section>`,
)}
</main>`;
}

/** `shelves` are listed beside the page; the guides before and after it are those of its own shelf. */
export function guidePage(shelves: readonly Shelf[], guide: Guide): Html {
  const guides = shelves.find((shelf) => shelf.guides.includes(guide))?.guides ?? [];
  const at = guides.indexOf(guide);
  return html`<div class="columns">
${guideList(shelves, guide)}
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
function guideList(shelves: readonly Shelf[], current: Guide): Html {
  const lists = shelves.map(({ name, guides }) => {
    const links = guides.map(({ path, title }) => {
      const mark = path === current.path ? html` aria-current="page"` : "";
      return html`<li><a href="${path}"${mark}>${title}</a></li>`;
    });
    return html`<p>${name}</p><ul>${links}</ul>`;
  });
  return html`<nav class="side" aria-label="Guides">
<details><summary>All guides</summary>${lists}</details>
<div class="side-wide">${lists}</div>
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
  return html`<a class="${rel}" rel="${rel}" href="${guide.path}"><span>${label}</span>${guide.title}</a>`;
}
