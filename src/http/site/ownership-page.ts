/** The page that says of each field who writes it, and what happens when both sides change it. */

import { html, raw } from "hono/html";
import { contents } from "./guide-pages.ts";
import type { Html } from "./layout.ts";
import { renderInline } from "./markdown.ts";
import type { Site, SiteField, SiteResource } from "./site.ts";

export function ownershipPage(site: Site): Html {
  const resources = site.resources.filter(({ fields }) => fields.length > 0);
  return html`<div class="columns">
<main id="main" class="article">
<h1>Who writes which field</h1>
<p>Each field has an owner. What is not yours to write is refused with <code>field-not-writable</code>; what both sides write has a rule for the case that both do at once.</p>
<dl class="owners-legend">
<dt>${badge(site, "partner")}</dt><dd>Your value stands. Should ${site.title} overwrite it, that is found and looked into.</dd>
<dt>${badge(site, "shared")}</dt><dd>Both of you write it. The rule says what happens when ${site.title} changed it since you read it. <a href="/docs/guides/changing-things">What each rule answers</a></dd>
<dt>${badge(site, "erp")}</dt><dd>Written by ${site.title} alone. Some can be set when a thing is made.</dd>
</dl>
${resources.map((resource) => section(site, resource))}
</main>
${contents(resources.map(({ name }) => ({ id: name, text: name, depth: 2 })))}
</div>`;
}

function section(site: Site, { name, fields }: SiteResource): Html {
  return html`<section aria-labelledby="${name}">
<h2 id="${name}">${name}<a class="anchor" href="#${name}" aria-label="Link to: ${name}">#</a></h2>
<div class="scroll"><table class="owners">
<thead><tr><th scope="col">Field</th><th scope="col">Who writes it</th><th scope="col">When both changed it</th><th scope="col">Set by</th></tr></thead>
<tbody>${[...fields].sort(byOwner).map((field) => row(site, field))}</tbody>
</table></div>
</section>`;
}

const order = { partner: 0, shared: 1, erp: 2 } as const;

/** What a reader looks for comes first: what is theirs to write. */
function byOwner(a: SiteField, b: SiteField): number {
  return order[a.owner] - order[b.owner];
}

function row(site: Site, { field, owner, rule, description, commands, scope }: SiteField): Html {
  const about = [
    ...(description === undefined ? [] : [html`<p>${raw(renderInline(description))}</p>`]),
    ...(scope === undefined ? [] : [html`<p>Shown to keys with <code>${scope}</code>.</p>`]),
  ];
  const when = rule === undefined ? "" : html`<a href="/docs/guides/changing-things#${rule}"><code>${rule}</code></a>`;
  const set = commands.map((command) => html`<code>${command}</code> `);
  return html`<tr><td><code>${field}</code>${about}</td><td>${badge(site, owner)}</td><td>${when}</td><td class="set">${set}</td></tr>`;
}

function badge(site: Site, owner: SiteField["owner"]): Html {
  const who = owner === "partner" ? "You" : owner === "shared" ? "Both sides" : site.title;
  return html`<span class="owner ${owner}">${who}</span>`;
}
