/** A Worker that is not set up serves nothing, and its log says everything that is missing, at once. */
import { expect, test } from "vitest";
import { buildWorker } from "./bundle.ts";
import { logOf, startWorkerd } from "./serve-in-workerd.ts";

test("without bindings every request is 503, the log names each of them, and the answer none", { timeout: 60_000 }, async () => {
  const bundle = await buildWorker();
  const harness = startWorkerd(bundle, { vars: { SLUICE_SECRET: "short", ERP_LIVE: "postgres://u:secret@erp/live" }, databases: [] });
  try {
    const { url } = await harness.listen();
    for (const path of ["/health", "/docs", "/v1/orders"]) {
      const response = await fetch(new URL(path, url));
      expect([response.status, response.headers.get("retry-after"), response.headers.get("content-type")]).toEqual([503, "60", "application/problem+json"]);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ code: "gateway-unavailable", status: 503 });
      expect(text).not.toMatch(/HYPERDRIVE|ERP_|SLUICE|secret/);
    }
    const [line = ""] = logOf(harness).split("\n");
    const { reasons } = JSON.parse(line);
    expect(reasons.map((reason: string) => /[A-Z]+(?:_[A-Z]+)+|ASSETS/.exec(reason)?.[0])).toEqual([
      "HYPERDRIVE_STORE",
      "ERP_LIVE",
      "SLUICE_SECRET",
      "ERP_LIVE",
      "ERP_TEST",
      "SLUICE_KEY_PEPPER",
      "PUBLIC_URL",
    ]);
    expect(line).not.toContain("secret@");
  } finally {
    await harness.close();
  }
});
