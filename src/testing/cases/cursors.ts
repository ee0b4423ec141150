/** A cursor is good for the one query, partner, environment and resource it came from, and for nothing else. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { expandable } from "#contract/response-schema.ts";
import { query } from "../public-values.ts";
import { codeOf, errorsOf, pageOf, sample, type World } from "../world.ts";

export function cursorCases(contract: Contract, world: () => World): void {
  const path = `/v1/${contract.name}`;

  async function refused(target: string, token: string, cursor: string, headers = {}): Promise<void> {
    const answer = await world().ask(`${target}${target.includes("?") ? "&" : "?"}${query({ cursor })}`, { key: token, headers });
    expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]], `${target} ${cursor.slice(0, 80)}`).toEqual([400, "invalid-cursor", "cursor"]);
  }

  /** A cursor of the first partner's own, or undefined where one page holds everything. */
  async function ownCursor(parameters: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
    const { ask, key } = world();
    return pageOf((await ask(`${path}?${query({ limit: "1", ...parameters })}`, { key: await key("first", "live") })).body).next;
  }

  test("a cursor of another partner, another environment or another resource is refused", async () => {
    const { ask, key, project } = world();
    const cursor = await ownCursor();
    if (cursor === undefined) return;
    await refused(path, await key("second", "live"), cursor);
    await refused(path, await key("first", "test"), cursor);
    for (const other of project.definition.contracts.filter((candidate) => candidate !== contract && candidate.reads.list !== undefined)) {
      await refused(`/v1/${other.name}`, await key("first", "live"), cursor);
    }
    expect((await ask(`${path}?${query({ cursor })}`, { key: await key("first", "live") })).status).toBe(200);
  });

  test("a cursor of another query is refused: other filter, sort, fields or child rows", async () => {
    const { key, scopes, ask } = world();
    const cursor = await ownCursor();
    if (cursor === undefined) return;
    const token = await key("first", "live");
    const [filter] = contract.reads.list?.filter ?? [];
    const [sort] = contract.reads.list?.sort ?? [];
    const [child] = expandable(contract);
    await refused(`${path}?fields=id`, token, cursor);
    if (sort !== undefined) await refused(`${path}?sort=-${sort}`, token, cursor);
    if (child !== undefined) await refused(`${path}?expand=${child}`, token, cursor);
    if (filter !== undefined) {
      const value = (await ask(`${path}?${encodeURIComponent(filter)}=no-such-thing`, { key: token })).status === 200 ? "no-such-thing" : undefined;
      if (value !== undefined) await refused(`${path}?${encodeURIComponent(filter)}=${value}`, token, cursor);
    }
    if (Object.keys(contract.hide).length > 0) {
      // The same words mean another selection for a key that may see less.
      await refused(
        path,
        await key(
          "first",
          "live",
          scopes.filter((scope) => !Object.values(contract.hide).some((hidden) => hidden === scope)),
        ),
        cursor,
      );
    }
  });

  test("a changed, cut, lengthened or made-up cursor is refused", async () => {
    const { key } = world();
    const cursor = await ownCursor();
    if (cursor === undefined) return;
    const token = await key("first", "live");
    const swap = (at: number): string => cursor.slice(0, at) + (cursor[at] === "A" ? "B" : "A") + cursor.slice(at + 1);
    for (const at of sample(
      [...cursor].map((_, index) => index),
      12,
    ))
      await refused(path, token, swap(at));
    const made = [
      "",
      "null",
      "0",
      "e30",
      "W10",
      Buffer.from('["0"]').toString("base64url"),
      cursor.slice(0, -1),
      cursor.slice(1),
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      `${cursor}${cursor}`,
      "A".repeat(7_500),
      "\n",
      "é",
      "__proto__",
      "../../etc/passwd",
    ];
    for (const one of made) await refused(path, token, one);
  });
}
