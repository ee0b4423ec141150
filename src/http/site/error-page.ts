/** The page that every problem's `type` points to: each code with its anchor, status, meaning and what to do. */

import { html, raw } from "hono/html";
import { contents } from "./guide-pages.ts";
import type { Html } from "./layout.ts";
import { renderInline } from "./markdown.ts";
import type { Site, SiteProblem } from "./site.ts";

/** A problem's `type` is `<url>/docs/errors#<code>`. */
export function errorPage(site: Site): Html {
  const problems = Object.entries(site.problems);
  return html`<div class="columns">
<main id="main" class="article">
<h1>Errors</h1>
<p>Every code that an error answer can carry, in the order in which a request is checked. A code never changes its meaning. <a href="/docs/guides/errors">How to handle errors</a></p>
${problems.map(([code, problem]) => section(code, problem))}
</main>
${contents(problems.map(([code]) => ({ id: code, text: code, depth: 2 })))}
</div>`;
}

function section(code: string, { status, title, advice, reasons }: SiteProblem): Html {
  const family = status >= 500 ? "server" : "client";
  return html`<section class="problem" aria-labelledby="${code}">
<h2 id="${code}"><code>${code}</code><a class="anchor" href="#${code}" aria-label="Link to: ${code}">#</a></h2>
<p><span class="status ${family}">${status}</span>${title}.</p>
<p>${raw(renderInline(advice))}</p>
${reasons === undefined ? "" : tableOf(reasons)}
</section>`;
}

function tableOf(reasons: Readonly<Record<string, string>>): Html {
  const rows = Object.entries(reasons).map(([code, meaning]) => html`<tr><td><code>${code}</code></td><td>${raw(renderInline(meaning))}</td></tr>`);
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th><code>errors[].code</code></th><th>Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
