/** The demo's own documentation: a stranger reads it in a browser and sends a request from it; its examples are real. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, test } from "vitest";
import { openWorld, type World } from "#testing/world.ts";
import demoGateway from "../../../demo/gateway.ts";
import { visit } from "../../http/site/browser.ts";
import { ownStore } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { firstRun } from "./first-run.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld(firstRun, ownStore);
}, 120_000);
afterAll(() => world.close());

it.each(demoGateway.contracts.map((contract) => [contract.name, contract] as const))(
  "the example of %s is a record of the test environment",
  async (name, contract) => {
    const key = await world.key("first", "test");
    const { body } = await world.ask(`/v1/${name}/${contract.example?.["id"]}`, { key });
    // Customers have more addresses and contacts than an example needs.
    const shortened = name === "customers" ? { addresses: expect.any(Array), contacts: expect.any(Array) } : {};
    expect(body).toEqual({ ...contract.example, ...shortened });
  },
);

describeWith("chromium", "in Chromium", (executablePath) => {
  for (const screen of [
    { name: "wide", width: 1440, height: 900 },
    { name: "narrow", width: 375, height: 812 },
  ]) {
    test(`a request sent from the reference with a pasted key lists orders, on a ${screen.name} screen`, { timeout: 120_000 }, async () => {
      const url = world.gateway.url;
      const { page, misdeeds, close } = await visit({ executablePath, url, ...screen });
      try {
        await page.goto(`${url}/`);
        await page.getByRole("link", { name: "orders", exact: true }).click();
        await page.getByRole("heading", { name: "List orders" }).waitFor();
        await page
          .getByRole("button", { name: /^Test Request.*\/v1\/orders\)?$/ })
          .first()
          .click();
        const dialog = page.getByRole("dialog", { name: "API Client" });
        await dialog.getByPlaceholder("Token").fill(await world.key("first", "test"));
        await dialog
          .getByRole("button", { name: /Send get request/ })
          .filter({ visible: true })
          .click();
        await dialog.getByText("200 OK").waitFor();
        await page.screenshot({ path: join(tmpdir(), `sluice-demo-request-${screen.name}.png`) });
        expect(misdeeds).toEqual([]);
      } finally {
        await close();
      }
    });
  }

  test("an order placed from the reference is placed once, however often Send is pressed, and by whoever comes next anew", { timeout: 120_000 }, async () => {
    const url = world.gateway.url;
    const token = await world.key("first", "test");
    const place = async (): Promise<string> => {
      const { page, misdeeds, close } = await visit({ executablePath, url, width: 1440, height: 900 });
      try {
        await page.goto(`${url}/docs#${demoGateway.version}/tag/orders/POST/v1/orders`);
        await page
          .getByRole("button", { name: /^Test Request.*post \/v1\/orders\)?$/i })
          .first()
          .click();
        const dialog = page.getByRole("dialog", { name: "API Client" });
        await dialog.getByPlaceholder("Token").fill(token);
        const send = dialog.getByRole("button", { name: /Send post request/ }).filter({ visible: true });
        const [first] = await Promise.all([page.waitForResponse(`${url}/v1/orders`), send.click()]);
        await dialog.getByText("201 Created").waitFor();
        const [again] = await Promise.all([page.waitForResponse(`${url}/v1/orders`), send.click()]);
        expect([first.status(), again.status(), again.headers()["idempotency-replayed"]]).toEqual([201, 201, "true"]);
        // Bodies go with the page that asked for them.
        const text = await first.text();
        expect(await again.text()).toBe(text);
        expect(misdeeds).toEqual([]);
        return text;
      } finally {
        await close();
      }
    };
    expect(await place()).not.toBe(await place());
  });
});
