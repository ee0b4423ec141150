/** Lists the operators, those of before as well: audit records speak of them. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { operatorShape, operatorToJson } from "./operator-json.ts";

export const operatorList = defineVerb({
  name: "operator.list",
  summary: "List the operators, newest first",
  role: "admin",
  method: "GET",
  path: "/admin/operators",
  input: z.object({ after: afterGiven, limit: pageSize }),
  output: pageOf(operatorShape),
  run: async ({ records }, { after, limit }, { now }) => {
    const rows = await records.operators.list(after, limit + 1);
    const page = pageFrom(
      rows,
      limit,
      (operator) => operatorToJson(operator, now),
      ({ id }) => id,
    );
    return { kind: "done", value: page };
  },
});
