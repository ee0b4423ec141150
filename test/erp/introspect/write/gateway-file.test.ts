/** A resource is added to `gateway.ts` where that is safe, and only there. */
import { expect, test } from "vitest";
import { withResources } from "#erp/introspect/write/gateway-file.ts";

const head = 'import { defineGateway } from "sluice";\n';

test("to a list on one line, and to an empty one", () => {
  const text = `${head}import { ordersInErp } from "./resources/orders/erp.ts";\n\nexport default defineGateway({ title: "T", resources: [ordersInErp] });\n`;
  expect(withResources(text, ["orders", "order_lines"])).toEqual({
    kind: "changed",
    text: `${head}import { ordersInErp } from "./resources/orders/erp.ts";\nimport { orderLinesInErp } from "./resources/order_lines/erp.ts";\n\nexport default defineGateway({ title: "T", resources: [ordersInErp, orderLinesInErp] });\n`,
  });
  expect(withResources(`${head}\nexport default defineGateway({ resources: [] });\n`, ["orders"])).toMatchObject({
    text: expect.stringContaining("resources: [ordersInErp] }"),
  });
});

test("to a list on several lines, in its own indentation", () => {
  const text = `${head}\nexport default defineGateway({\n  resources: [\n    a,\n    b,\n  ],\n});\n`;
  expect(withResources(text, ["orders"])).toMatchObject({ text: expect.stringContaining("  resources: [\n    a,\n    b,\n    ordersInErp,\n  ],\n") });
});

test("not where it is there already, nor where the list is made by code or stands twice", () => {
  expect(withResources(`${head}import { o } from "./resources/orders/erp.ts";\nexport default defineGateway({ resources: [o] });\n`, ["orders"])).toEqual({
    kind: "unchanged",
  });
  for (const list of ["resources: all()", "resources: [...all]", "resources: [a], other: { resources: [b] }"]) {
    expect(withResources(`${head}export default defineGateway({ ${list} });\n`, ["orders"])).toEqual({
      kind: "by hand",
      lines: ['import { ordersInErp } from "./resources/orders/erp.ts";', "resources: [..., ordersInErp]"],
    });
  }
});
