/** `sluice types`: what the compiler refuses is said in one sentence at its place, and nothing else is hidden. */
import { execFile } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DraftProject, makeDraftProject } from "../erp/introspect/support/draft-project.ts";
import { repository } from "../repository/repository.ts";

let project: DraftProject;
beforeAll(() => {
  project = makeDraftProject("postgres");
  symlinkSync(join(repository, "node_modules/typescript"), join(project.path, "node_modules/typescript"));
  project.write("erp/tables.ts", "export interface ErpTables { ord: { no: string; cus: string; day: number } }\n");
  project.write("resources/orders/schema.ts", 'import { wire, z } from "sluice";\nexport const Order = z.object({ id: wire.id(), placed_on: wire.date() });\n');
  project.write(
    "resources/orders/contract.ts",
    'import { defineContract } from "sluice";\nimport { Order } from "./schema.ts";\nexport const orders = defineContract({ name: "orders", singular: "order", team: "t", summary: "s", model: Order, reads: { get: { scope: "orders:read" } } });\n',
  );
});
afterAll(() => project.remove());

const binding = (account: string, column: string): string =>
  `import { date, undecided } from "sluice";
import { erp } from "../../erp/source.ts";
import { orders } from "./contract.ts";
export const ask = undecided;
export const ordersInErp = erp.bind(orders, {
  table: "ord",
  key: "no",
  account: ${account},
  fields: { placed_on: date("${column}") },
});
`;

function types(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const cli = join(repository, "src/entry/cli.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=source", cli, "types", ...words], { cwd: project.path }, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trimEnd() }),
    );
  });
}

test("is silent when all is well", { timeout: 60_000 }, async () => {
  project.write("resources/orders/erp.ts", binding('"cus"', "day"));
  expect(await types()).toEqual({ code: 0, out: "" });
});

test("says a misspelt column and an open question, each at its place and without the types around it", { timeout: 60_000 }, async () => {
  project.write("resources/orders/erp.ts", binding('undecided("orders: whose rows are they?")', "dya"));
  expect(await types()).toEqual({
    code: 1,
    out: "resources/orders/erp.ts(8,3): orders: whose rows are they?\nresources/orders/erp.ts(9,13): placed_on: ord has no column dya",
  });
  expect((await types("--verbose")).out).toContain("error TS");
});

test("leaves every other error as the compiler says it", { timeout: 60_000 }, async () => {
  project.write("resources/orders/erp.ts", `${binding('"cus"', "day")}const n: number = "x";\nexport { n };\n`);
  const { code, out } = await types();
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(/^resources\/orders\/erp\.ts\(11,7\): error TS2322: Type 'string' is not assignable to type 'number'/),
  ]);
});
