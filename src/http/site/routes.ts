/** The docs site's routes; the gateway mounts them at `/`. */

import { type Context, Hono } from "hono";
import { assetsOf } from "./assets.ts";
import { errorPage } from "./error-page.ts";
import { guideIndexPage, guidePage, teamIndexPage } from "./guide-pages.ts";
import { guidesOf, teamGuidesOf, teamShelves } from "./guides.ts";
import { landingPage } from "./landing-page.ts";
import { layout, type Page } from "./layout.ts";
import { missingPage } from "./missing-page.ts";
import { ownershipPage } from "./ownership-page.ts";
import { referencePage } from "./reference-page.ts";
import { newNonce, securityHeaders } from "./security-headers.ts";
import type { Site } from "./site.ts";

export function siteRoutes(site: Site): Hono {
  const app = new Hono();
  const assets = assetsOf(site);
  const guides = guidesOf(site);
  const teamGuides = teamGuidesOf(site);

  /** A page with a nonce must not be stored: a stored body would carry another nonce than the answer's policy. */
  async function send(c: Context, page: Page, status: 200 | 404 = 200, nonce?: string): Promise<Response> {
    const cache = nonce === undefined ? "no-cache" : "no-store";
    return c.html(await layout(site, assets, page), status, { ...securityHeaders(nonce), "cache-control": cache });
  }

  app.get("/", async (c) => send(c, { description: site.summary, section: "home", main: landingPage(site, await guides()) }));

  app.get("/docs", async (c) => {
    const nonce = newNonce();
    return send(c, await referencePage(site, assets, nonce), 200, nonce);
  });

  app.get("/docs/guides", async (c) =>
    send(c, {
      title: "Guides",
      description: `How the ${site.title} partner API works.`,
      section: "guides",
      main: guideIndexPage(await guides()),
    }),
  );

  app.get("/docs/guides/:slug", async (c) => {
    const shelf = await guides();
    const guide = shelf.guides.find(({ path }) => path === `/docs/guides/${c.req.param("slug")}`);
    if (guide === undefined) return send(c, missingPage("guides"), 404);
    return send(c, { title: guide.title, description: guide.lead, section: "guides", main: guidePage([shelf], guide) });
  });

  app.get("/docs/wrapping", async (c) => {
    if (!site.teamGuides) return send(c, missingPage("home"), 404);
    return send(c, {
      title: "For the team",
      description: `How the ERP behind the ${site.title} partner API is wrapped.`,
      section: "team",
      main: teamIndexPage(await teamGuides()),
    });
  });

  for (const { folder } of teamShelves) {
    app.get(`/docs/${folder}/:slug`, async (c) => {
      const shelves = await teamGuides();
      const guide = shelves.flatMap((shelf) => shelf.guides).find(({ path }) => path === `/docs/${folder}/${c.req.param("slug")}`);
      if (guide === undefined) return send(c, missingPage(site.teamGuides ? "team" : "home"), 404);
      return send(c, { title: guide.title, description: guide.lead, section: "team", main: guidePage(shelves, guide) });
    });
  }

  app.get("/docs/errors", async (c) =>
    send(c, {
      title: "Errors",
      description: `Every error code of the ${site.title} partner API and what to do about it.`,
      section: "errors",
      main: errorPage(site),
    }),
  );

  app.get("/docs/ownership", async (c) => {
    if (site.resources.every(({ fields }) => fields.length === 0)) return send(c, missingPage("guides"), 404);
    return send(c, {
      title: "Who writes which field",
      description: `Which fields of the ${site.title} partner API are yours to write, and what happens when both sides change one.`,
      section: "guides",
      main: ownershipPage(site),
    });
  });

  app.get("/docs/assets/:name", async (c) => (await assets.respond(c.req.param("name"), c.req.raw)) ?? send(c, missingPage("home"), 404));

  app.get("/docs/*", async (c) => send(c, missingPage("home"), 404));

  return app;
}
