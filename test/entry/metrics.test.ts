/** Metrics are for operators: on a port of their own, off unless asked for, and unknown to the port that partners use. */
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
beforeEach(() => {
  place = makeProjectFolder();
});
afterEach(() => place.remove());

describe("a gateway as a process", { timeout: 60_000 }, () => {
  test("says where its metrics are, counts there what partners ask, and shows none to partners", async () => {
    const gateway = place.run([], { METRICS_PORT: "0" });
    const url = await gateway.serves();
    const metricsUrl = /Metrics for operators: (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(gateway.out())?.[1] ?? expect.unreachable(gateway.out());
    const key = place.demo().partners[0]?.keys.live;
    expect((await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } })).status).toBe(200);

    const response = await fetch(metricsUrl);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    const text = await response.text();
    expect(text).toMatch(/^sluice_source_statements_total\{source="erp",environment="live",target="primary",outcome="answered"\} [1-9]\d*$/m);
    expect(text).toMatch(/^sluice_source_wait_seconds_count\{source="erp",environment="live",target="primary",kind="read"\} 1$/m);
    expect(text).toMatch(/^sluice_source_connections_limit\{source="erp",environment="live",target="primary"\} 10$/m);
    expect(text).not.toContain("slc_");

    expect((await fetch(new URL("/", metricsUrl))).status).toBe(404);
    expect((await fetch(new URL("/v1/things", metricsUrl))).status).toBe(404);
    const posted = await fetch(metricsUrl, { method: "POST", body: "x" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    for (const path of ["/metrics", "/v1/metrics", "/health/metrics"]) expect((await fetch(url + path)).status, path).not.toBe(200);

    gateway.child.kill("SIGTERM");
    expect(await gateway.ends()).toBe(0);
  });

  test("opens no such port unless it is asked to, and says in a sentence when the port is taken", async () => {
    const plain = place.run();
    await plain.serves();
    expect(plain.out()).not.toContain("etrics");
    plain.child.kill("SIGTERM");
    await plain.ends();

    const busy = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => busy.once("listening", resolve));
    const address = busy.address();
    const port = address !== null && typeof address === "object" ? String(address.port) : "";
    const refused = place.run([], { METRICS_PORT: port });
    expect(await refused.ends()).toBe(1);
    expect(refused.err()).toContain(`Port ${port} on 127.0.0.1 is in use. Stop what listens there, or choose another, e.g. METRICS_PORT=`);
    expect(place.serverPid()).toBeUndefined();
    busy.close();
  });
});
