/** webERP on MariaDB in a Worker: every answer is, byte for byte, what the common suite has checked on Node. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filterOperators } from "#contract/contract.ts";
import { expandable } from "#contract/response-schema.ts";
import { idOf, kindAt, listed, query, valueAt } from "#testing/public-values.ts";
import type { ServedGateway } from "#testing/served-gateway.ts";
import { openWorld, sample, type World } from "#testing/world.ts";
import { webErp } from "../projects/weberp/project.ts";
import { ownStore } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { buildWorker } from "./bundle.ts";
import { serveInWorkerd } from "./serve-in-workerd.ts";

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    const project = webErp(mariadbUrl, sharedErp);
    let world: World;
    let worker: ServedGateway;
    let key: string;

    beforeAll(async () => {
      world = await openWorld(project, ownStore);
      const store = await ownStore.openStore();
      const parts = { definition: project.definition, sources: world.prepared.sources, storeUrl: store.url };
      const served = await serveInWorkerd(parts, await buildWorker("examples/weberp/wrangler.toml"));
      worker = { ...served, stop: () => served.stop().then(() => store.drop()) };
      await worker.createPartner("first", project.accounts.first);
      key = await worker.createKey({ partner: "first", environment: "live", scopes: world.scopes });
    }, 180_000);
    afterAll(async () => {
      await worker?.stop();
      await world?.close();
    });

    /** Cursors are sealed with a nonce, and each gateway has its own secret. */
    const comparable = (status: number, text: string): string => `${status} ${text.replace(/"next_cursor":"[^"]+"/, '"next_cursor":"..."')}`;

    /** The digest of everything; those of single fields are salted with each gateway's own secret. */
    const wholeOf = (tag: string | null): string | undefined => tag?.split(".")[0];

    async function expectSame(target: string): Promise<void> {
      const node = await world.ask(target, { key: await world.key("first", "live") });
      const response = await fetch(worker.url + target, { headers: { Authorization: `Bearer ${key}` } });
      expect(comparable(response.status, await response.text()), target).toBe(comparable(node.status, node.text));
      expect(wholeOf(response.headers.get("etag")), target).toBe(wholeOf(node.headers.get("etag")));
    }

    describe.each(project.definition.contracts.map((contract) => [contract.name, contract] as const))("%s", (name, contract) => {
      test("lists, with all child rows, and single records are the same", async () => {
        await expectSame(`/v1/${name}?${query({ limit: "200", ...(expandable(contract).length > 0 && { expand: expandable(contract).join(",") }) })}`);
        for (const row of sample(await world.rows(contract, "first", "live"), 5)) await expectSame(`/v1/${name}/${encodeURIComponent(idOf(row))}`);
      });

      test("every filter with every operator, and every sort in both directions, finds the same", async () => {
        const rows = await world.rows(contract, "first", "live");
        for (const path of contract.reads.list?.filter ?? []) {
          const values = [...new Set(rows.map((row) => valueAt(row, path)).filter((value) => value !== null && value !== ""))].map(String);
          for (const operator of filterOperators(contract, path)) {
            const parameter = operator === "eq" ? path : `${path}[${operator}]`;
            for (const value of [...sample(values, 2), ...(kindAt(contract, path).kind === "text" ? ["'\\\"; --", "Zoë 😀"] : [])])
              await expectSame(`/v1/${name}?${query({ [parameter]: operator === "eq" ? listed(value) : value, limit: "20" })}`);
          }
        }
        for (const sort of (contract.reads.list?.sort ?? []).flatMap((path) => [path, `-${path}`]))
          await expectSame(`/v1/${name}?${query({ sort, limit: "20" })}`);
      });
    });
  });
});
