/** What a reader gets at a docs address where nothing is. */

import { html } from "hono/html";
import type { Page, Section } from "./layout.ts";

export function missingPage(section: Section): Page {
  return {
    title: "Nothing is here",
    description: "There is no page at this address.",
    section,
    main: html`<main id="main" class="index">
<h1>Nothing is here</h1>
<p class="lead">There is no page at this address. The <a href="/docs/guides">guides</a>, the <a href="/docs">reference</a> and the <a href="/docs/errors">list of errors</a> are where they were.</p>
</main>`,
  };
}
