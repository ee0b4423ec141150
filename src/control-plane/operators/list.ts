/** Lists the operators, those of before as well: audit records speak of them. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { operatorShape, operatorToJson } from "./operator-json.ts";

export const operatorList = defineVerb({
  name: "operator.list",
  summary: "List the operators",
  role: "admin",
  method: "GET",
  path: "/admin/operators",
  input: z.object({}),
  output: z.object({ items: z.array(operatorShape) }),
  run: async ({ records }, _input, { now }) => ({
    kind: "done",
    value: { items: (await records.operators.list()).map((operator) => operatorToJson(operator, now)) },
  }),
});
