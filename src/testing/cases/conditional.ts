/** ETags: one per state of a record, whatever is asked of it, and 304 for who holds that state. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { idOf } from "../public-values.ts";
import { codeOf, errorsOf, sample, type World } from "../world.ts";

export function conditionalCases(contract: Contract, world: () => World): void {
  if (contract.reads.get === undefined) return;
  const targetOf = (id: string): string => `/v1/${contract.name}/${encodeURIComponent(id)}`;

  async function first(): Promise<{ readonly target: string; readonly tag: string; readonly token: string }> {
    const { ask, key, rows } = world();
    const token = await key("first", "live");
    const [row] = await rows(contract, "first", "live");
    const target = targetOf(idOf(row ?? {}));
    return { target, token, tag: (await ask(target, { key: token })).headers.get("etag") ?? "" };
  }

  test("an ETag is a quoted text, stays the same from read to read, and differs between records", async () => {
    const { ask, rows, key } = world();
    const token = await key("first", "live");
    const tags: string[] = [];
    const some = sample(await rows(contract, "first", "live"), 10);
    for (const row of some) {
      const [once, again] = [await ask(targetOf(idOf(row)), { key: token }), await ask(targetOf(idOf(row)), { key: token })];
      expect(once.headers.get("etag")).toMatch(/^"[\w.-]{10,}"$/);
      expect(again.headers.get("etag")).toBe(once.headers.get("etag"));
      tags.push(once.headers.get("etag") ?? "");
    }
    expect(new Set(tags).size).toBe(some.length);
  });

  test("an ETag does not depend on the fields asked for, the scopes of the key, or the method", async () => {
    const { ask, key, scopes } = world();
    const { target, tag, token } = await first();
    for (const field of Object.keys(contract.model.shape))
      expect((await ask(`${target}?fields=${field}`, { key: token })).headers.get("etag"), field).toBe(tag);
    const bare = await key(
      "first",
      "live",
      scopes.filter((scope) => !Object.values(contract.hide).some((hidden) => hidden === scope)),
    );
    expect((await ask(target, { key: bare })).headers.get("etag")).toBe(tag);
    expect((await ask(target, { key: token, method: "HEAD" })).headers.get("etag")).toBe(tag);
  });

  test("If-None-Match with the ETag, alone, weak, among others or as *, is 304 without a body", async () => {
    const { ask } = world();
    const { target, tag, token } = await first();
    for (const value of [tag, `W/${tag}`, `"other", ${tag}`, `"a",W/"b" , ${tag},"c"`, "*"]) {
      const answer = await ask(target, { key: token, headers: { "If-None-Match": value } });
      expect([answer.status, answer.text, answer.headers.get("etag")], value).toEqual([304, "", tag]);
    }
    expect((await ask(`${target}?fields=id`, { key: token, headers: { "If-None-Match": tag } })).status).toBe(304);
    expect((await ask(target, { key: token, method: "HEAD", headers: { "If-None-Match": tag } })).status).toBe(304);
  });

  test("If-None-Match with another ETag answers in full, and garbage in it is refused by name", async () => {
    const { ask } = world();
    const { target, tag, token } = await first();
    for (const value of ['"other"', `"${tag.slice(2, -1)}"`, '""', 'W/"x", "y"'])
      expect((await ask(target, { key: token, headers: { "If-None-Match": value } })).status, value).toBe(200);
    for (const value of [tag.slice(1, -1), `${tag}${tag}`, '"open', "*, *", ",", '"a" "b"', 'w/"x"', "null"]) {
      const answer = await ask(target, { key: token, headers: { "If-None-Match": value } });
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["header"]], value).toEqual([400, "bad-request-line", "If-None-Match"]);
    }
  });

  test("a missing id is 404 whatever If-None-Match says", async () => {
    const { ask, key } = world();
    for (const value of ["*", '"x"'])
      expect((await ask(targetOf("no-such-thing"), { key: await key("first", "live"), headers: { "If-None-Match": value } })).status).toBe(404);
  });
}
