/** The API reference at `/docs`: the host page and the configuration of the Scalar bundle. */

import { html, raw } from "hono/html";
import { exampleKey } from "#contract/openapi/headers.ts";
import type { Assets } from "./assets.ts";
import type { Html, Page } from "./layout.ts";
import type { Site } from "./site.ts";

/** Name of the bearer scheme under `components.securitySchemes` in every OpenAPI document. */
export const securitySchemeName = "apiKey";

/** `nonce` is that of the response's content security policy; the script gives it to the styles the bundle makes. */
export async function referencePage(site: Site, assets: Assets, nonce: string): Promise<Page> {
  const [css, script, scalar] = await Promise.all([assets.url("reference.css"), assets.url("reference.js"), assets.url("scalar.js")]);
  return {
    title: "API reference",
    description: `Every operation, parameter and field of the ${site.title} partner API.`,
    section: "reference",
    isApplication: true,
    head: html`<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${css}">
<link rel="preload" href="${scalar}" as="script">
<script type="application/json" id="reference-settings">${jsonBlock({ scalar, exampleKey, configuration: configuration(site) })}</script>
<script src="${script}" defer></script>`,
    main: body(site),
  };
}

function body(site: Site): Html {
  const documents = site.versions.map((date) => html`<li><a href="/openapi/${date}.json">${date}</a></li>`);
  return html`<main id="main">
<h1 class="unseen">API reference</h1>
<div id="reference"><p class="loading" role="status">Loading the reference…</p></div>
<noscript><div class="loading"><p>The reference needs JavaScript. The OpenAPI documents do not:</p><ul>${documents}</ul></div></noscript>
</main>`;
}

/**
 * Settings of @scalar/api-reference 1.72. Everything that would speak to another host is off: default fonts, telemetry,
 * the agent, MCP, the request proxy (left unset: requests go straight to this origin) and the hosted client. A pasted
 * key stays in the page's memory (`persistAuth`).
 */
function configuration(site: Site): object {
  return {
    sources: site.versions.map((date, index) => ({
      title: date,
      slug: date,
      url: `/openapi/${date}.json`,
      default: index === 0,
      agent: { disabled: true },
    })),
    authentication: { preferredSecurityScheme: securitySchemeName },
    persistAuth: false,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    hideClientButton: true,
    showDeveloperTools: "never",
    theme: "default",
    layout: "modern",
    hideDarkModeToggle: true,
    documentDownloadType: "direct",
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    localization: { translations: { clientLibraries: { heading: "Code examples" } } },
    operationTitleSource: "summary",
    orderSchemaPropertiesBy: "preserve",
    orderRequiredPropertiesFirst: false,
  };
}

/** JSON inside a script element: no `<` can end it early, and line separators stay valid in every parser. */
function jsonBlock(value: object): Html {
  const unsafe = /[<>&\u2028\u2029]/g;
  return raw(JSON.stringify(value).replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
