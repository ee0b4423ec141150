/** Events are forwarded to the byte as the gateway wrote them. */
import { expect, test } from "vitest";
import { rawItems } from "../../src/entry/listen/raw-items.ts";

test("elements keep their numbers, escapes, brackets in texts and order of members", () => {
  const items = ['{"a":1.0,"b":12345678901234567890}', '{"text":"}]\\"{[ \\\\","deep":{"data":[{"x":[]}]}}', "{}"];
  expect(rawItems(`{"next_after":3, "data": [${items.join(" , ")}],"other":[{"no":1}],"latest_seq":9}`)).toEqual(items);
});

test("where there is no such array there are none", () => {
  for (const text of ['{"data":[]}', '{"data":{"data":[{}]}}', '{"inner":{"data":[{}]}}', "[]", "", '{"data"']) expect(rawItems(text), text).toEqual([]);
});
