/** The page at `/`: leads a partner developer to the first request, the resources, the guides and the reference. */

import { html, raw } from "hono/html";
import type { Guide, Shelf } from "./guides.ts";
import type { Html } from "./layout.ts";
import { codeBlock } from "./markdown.ts";
import type { Site, SiteOperation, SiteResource } from "./site.ts";

export function landingPage(site: Site, { guides }: Shelf): Html {
  return html`<main id="main" class="landing">
<section class="hero">
<div class="hero-text">
<h1>${site.title} <span>partner API</span></h1>
<p class="lead">${site.summary}</p>
<p class="actions"><a class="button" href="/docs/guides/getting-started">Make your first request</a><a class="button plain" href="/docs">API reference</a></p>
</div>
<div class="hero-code" id="first-request">
<h2>Your first request</h2>
${raw(codeBlock(site.example.curl.trim(), "sh"))}
<p>${site.words["test"] === undefined ? "" : useTestKey}<a href="/docs/guides/authentication">More about keys</a></p>
</div>
</section>
${facts(site)}
<section aria-labelledby="resources">
<h2 id="resources">Resources</h2>
<p class="section-lead">What you can ${site.resources.some(({ fields }) => fields.length > 0) ? "read and change" : "read"}, and the scope your key needs for it.</p>
<ul class="resources">${site.resources.map((each) => resource(site, each))}</ul>
</section>
<section aria-labelledby="guides">
<h2 id="guides">Guides</h2>
<p class="section-lead">Read the first two before you write code${site.words["writes"] === undefined ? "" : html`, and <a href="/docs/guides/writing">Writing</a> before you send anything that counts`}; the others when you need them.</p>
<ol class="cards">${guides.map(card)}</ol>
</section>
<section class="pair">
<div>
<h2 id="versions">Versions</h2>
<p>Each version is a date. Yours stays as it is until you choose another. <a href="/docs/guides/versions">How versions work</a></p>
<ul class="versions">${site.versions.map((date) => version(site, date))}</ul>
</div>
<div>
<h2>When something fails</h2>
<p>Every error is a problem document with a stable <code>code</code> and a <code>request_id</code> to quote. The <a href="/docs/errors">list of errors</a> says for each code what to do.</p>
</div>
</section>
${site.teamGuides ? team : ""}
</main>`;
}

const useTestKey = html`Use a key of the <code>test</code> environment: it sees test data only. `;

const team = html`<section aria-labelledby="team">
<h2 id="team">For the team that wraps the ERP</h2>
<p class="section-lead">From a table to a resource, what each conversion makes of a column, and how the gateway is run. <a href="/docs/wrapping">Wrapping the ERP</a></p>
</section>`;

function facts(site: Site): Html {
  return html`<dl class="facts">
<div><dt>Base URL</dt><dd><code>${site.url}/v1</code></dd></div>
<div><dt>Version</dt><dd><code>${site.version}</code></dd></div>
<div><dt>Authentication</dt><dd><code>Bearer ${site.keyPrefix}_…</code></dd></div>
<div><dt>Format</dt><dd>JSON, OpenAPI 3.1</dd></div>
</dl>`;
}

/** The fragment is the reference's own: document slug, then tag, and every operation is tagged with its resource. */
function resource(site: Site, { name, summary, operations, fields }: SiteResource): Html {
  const owners = fields.length === 0 ? "" : html`<p><a href="/docs/ownership#${name}">Who writes which field<span class="unseen"> of ${name}</span></a></p>`;
  return html`<li>
<div><h3><a href="/docs#${encodeURIComponent(site.version)}/tag/${encodeURIComponent(name)}">${name}</a></h3><p>${summary}</p>${owners}</div>
<ul class="operations">${operations.map(operation)}</ul>
</li>`;
}

function operation({ method, path, summary, scope }: SiteOperation): Html {
  const verb = method.toUpperCase();
  const kind = verb === "GET" ? "reads" : verb === "DELETE" ? "removes" : "writes";
  return html`<li title="${summary}"><code><b class="method ${kind}">${verb}</b> ${path}</code> <code class="scope">${scope ?? "any key"}</code></li>`;
}

function card({ path, title, lead }: Guide): Html {
  return html`<li><a href="${path}"><h3>${title}</h3><p>${lead}</p></a></li>`;
}

function version(site: Site, date: string): Html {
  const label = date === site.version ? html` <span class="quiet">current</span>` : "";
  return html`<li><b>${date}</b>${label} <a href="/openapi/${date}.json">OpenAPI document<span class="unseen"> of ${date}</span></a></li>`;
}
