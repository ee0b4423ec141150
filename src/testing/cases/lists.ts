/** What a list holds, and that pages and single reads agree with it. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { operationsOf } from "#contract/operations.ts";
import { expandable } from "#contract/response-schema.ts";
import type { Environment } from "#pipeline/principal.ts";
import { idOf, query } from "../public-values.ts";
import { codeOf, errorsOf, pageOf, sample, type World } from "../world.ts";

export function listCases(contract: Contract, world: () => World, environments: readonly Environment[]): void {
  const path = `/v1/${contract.name}`;
  const everything = expandable(contract).length > 0 ? { expand: expandable(contract).join(",") } : {};

  for (const environment of environments) {
    for (const who of ["first", "second"] as const) {
      test(`a ${environment} key of the ${who} partner lists exactly what the ERP files under its accounts`, async ({ skip }) => {
        const { rows, prepared, project } = world();
        const ids = (await rows(contract, who, environment)).map(idOf).sort();
        expect(ids.length, `${contract.name}: the ${who} partner has no row in the ${environment} environment; choose an account that has`).toBeGreaterThan(0);
        const expected = await prepared.expectedIds?.(contract.name, environment, project.accounts[who][environment] ?? []);
        if (expected === undefined) return skip("this project brings no query of its own for the resource");
        expect(ids).toEqual([...expected].sort());
      });
    }
  }

  test("pages of one row and of two hundred hold the same rows in the same order", async () => {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const all = await rows(contract, "first", "live");
    const large = pageOf((await ask(`${path}?${query({ limit: "200", ...everything })}`, { key: token })).body);
    expect(large.data).toEqual(all.slice(0, 200));
    expect(large.next !== undefined).toBe(all.length > 200);
    let cursor: string | undefined;
    for (const row of all.slice(0, 5)) {
      const page = pageOf((await ask(`${path}?${query({ limit: "1", ...everything, ...(cursor !== undefined && { cursor }) })}`, { key: token })).body);
      expect(page.data).toEqual([row]);
      cursor = page.next;
    }
    expect(cursor !== undefined).toBe(all.length > 5);
    if (cursor === undefined) return;
    const rest = pageOf((await ask(`${path}?${query({ limit: "200", ...everything, cursor })}`, { key: token })).body);
    expect(rest.data, "a cursor goes on with another limit").toEqual(all.slice(5, 205));
  });

  test("without a limit a page has at most 50 rows; limits outside 1 to 200 are refused by name", async () => {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const all = await rows(contract, "first", "live");
    expect(pageOf((await ask(path, { key: token })).body).data).toHaveLength(Math.min(50, all.length));
    for (const limit of ["0", "-1", "201", "1.5", "1e2", "0x10", " 5", "05", "", "9".repeat(400), "NaN"]) {
      const answer = await ask(`${path}?${query({ limit })}`, { key: token });
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], limit).toEqual([400, "invalid-parameter", "limit"]);
    }
  });

  if (contract.reads.get !== undefined) {
    test("a single read answers what the list answers with everything expanded", async () => {
      const { ask, key, rows } = world();
      const token = await key("first", "live");
      for (const row of sample(await rows(contract, "first", "live"), 15)) {
        expect((await ask(`${path}/${encodeURIComponent(idOf(row))}`, { key: token })).body).toEqual(row);
      }
    });
  }

  test("HEAD answers as GET does, without a body", async () => {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const [row] = await rows(contract, "first", "live");
    const targets = [
      `${path}?limit=1`,
      `${path}?nonsense=1`,
      ...(contract.reads.get ? [`${path}/${encodeURIComponent(idOf(row ?? {}))}`, `${path}/none`] : []),
    ];
    const relevant = (headers: Headers): unknown =>
      [...headers].filter(([name]) => !["request-id", "date", "ratelimit", "content-length", "transfer-encoding", "connection", "keep-alive"].includes(name));
    for (const target of targets) {
      const [get, head] = [await ask(target, { key: token }), await ask(target, { key: token, method: "HEAD" })];
      expect(head.status).toBe(get.status);
      expect(head.text).toBe("");
      expect(relevant(head.headers)).toEqual(relevant(get.headers));
    }
  });

  test("methods that are not offered are 405 with Allow, and change nothing", async () => {
    const { ask, key } = world();
    const offered = operationsOf(contract).filter((operation) => operation.path === path);
    const allowed = ["GET", "HEAD", "POST"].filter((method) => offered.some((operation) => operation.method === (method === "HEAD" ? "GET" : method)));
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((one) => !allowed.includes(one))) {
      const answer = await ask(path, { key: await key("first", "live"), method });
      expect([answer.status, codeOf(answer), answer.headers.get("allow")], method).toEqual([405, "method-not-allowed", allowed.join(", ")]);
    }
  });
}
