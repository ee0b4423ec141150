/** What holds of every verb there is, by walking the table: roles, strict input, and an audit record of every change. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { perform } from "#control-plane/perform.ts";
import { roles } from "#control-plane/verb.ts";
import { verbs } from "#control-plane/verbs.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { exampleEvent, maker, plantedSecret, verbExamples } from "./verb-examples.ts";

const now = Date.UTC(2026, 5, 1);
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 2, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  // Events are recorded by no verb.
  await sql`
    INSERT INTO sluice.events (id, environment, type, resource, resource_id, entity_seq, origin, occurred_at, recorded_at, data)
    VALUES (${exampleEvent}, 'live', 'order.shipped', 'orders', '0000100204', 1, 'erp', now(), now(), '{"id":"0000100204"}')`.execute(store);
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

/** Every row of every table but those of the audit records, as text: whether anything was changed. */
async function everything(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'sluice' and table_name not like 'audit%' order by table_name`.execute(store);
  const texts = tables.map(
    ({ name }) => sql<{ text: string }>`select coalesce(json_agg(t order by t::text), '[]')::text as text from sluice.${sql.ref(name)} as t`,
  );
  const contents: string[] = [];
  for (const text of texts) contents.push((await text.execute(store)).rows[0]?.text ?? "");
  return contents.join("\n");
}

const records = () => store.selectFrom("audit_records").selectAll().orderBy("seq").execute();

describe.each([...verbs.values()].map((verb) => [verb.name, verb] as const))("%s", (name, verb) => {
  test("is named for its noun, and its path names members of its input", () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
    for (const [, parameter = ""] of verb.path.matchAll(/\{(\w+)\}/g)) expect(Object.keys(verb.input.shape)).toContain(parameter);
    expect(() => [z.toJSONSchema(verb.input, { io: "input" }), z.toJSONSchema(verb.output, { io: "output" })]).not.toThrow();
  });

  test("is for its role and those above it, and for nobody below", async () => {
    const plane = planeOver(store);
    for (const role of roles) {
      const before = await everything();
      const asking = askingAt(now, { by: { kind: "operator", id: "op_1", name: "Ada", role } });
      // Without an input that fits, what may be done is refused only after the role was found to be enough.
      const performed = await perform(plane, verb, { no_such_member: true }, asking);
      const enough = roles.indexOf(role) >= roles.indexOf(verb.role);
      expect(performed).toMatchObject(enough ? { kind: "invalid" } : { kind: "forbidden", needs: verb.role });
      expect(await everything()).toBe(before);
    }
  });

  test("takes no member that it does not know, and says where it stands", async () => {
    const example = await inputFor(name);
    const performed = await perform(planeOver(store), verb, { ...example, no_such_member: 1 }, askingAt(now));
    expect(performed).toEqual({ kind: "invalid", errors: [{ pointer: "/no_such_member", code: "unknown-field", detail: expect.any(String) }] });
  });

  test("takes no text that the database would not", async () => {
    const example = await inputFor(name);
    const [member] = Object.entries(verb.input.shape).flatMap(([one, schema]) => (schema.safeParse("a").success ? [one] : []));
    for (const text of ["a\u0000b", "a\ud800b"]) {
      const performed = await perform(planeOver(store), verb, { ...example, [member ?? "no_such_member"]: text }, askingAt(now));
      expect(performed).toMatchObject({ kind: "invalid", errors: expect.arrayContaining([expect.objectContaining({ code: "not-storable" })]) });
    }
  });

  test(verb.method === "GET" ? "changes nothing, and audits nothing" : "is audited when it changes something, without any secret", async () => {
    const plane = planeOver(store);
    const asking = askingAt(now, { requestId: "req-4711" });
    const input = await inputFor(name);
    const [before, earlier] = [await everything(), await records()];
    const value = await did(perform(plane, verb, input, asking));
    const added = (await records()).slice(earlier.length);

    if (verb.method === "GET") {
      expect(added).toEqual([]);
      expect(await everything()).toBe(before);
      return;
    }
    expect(added.map((record) => record.verb)).toContain(name);
    for (const record of added) {
      expect(record).toMatchObject({ actor_kind: "operator", actor_id: "op_1", actor_name: "Ada", request_id: "req-4711", at: new Date(now) });
      expect(record.before, "a change is a difference").not.toEqual(record.after);
    }
    const written = JSON.stringify(await records());
    expect(written).not.toContain(plantedSecret);
    for (const secret of secretsIn(value, verb.shownOnce)) expect(written).not.toContain(secret);
  });
});

test("an example of each verb stands beside this test, and none of a verb that is not there", () => {
  expect(Object.keys(verbExamples).sort()).toEqual([...verbs.keys()].sort());
});

test("no two verbs have the same name, or the same method and path", () => {
  const ways = [...verbs.values()].map(({ method, path }) => `${method} ${path}`);
  expect(new Set(ways).size).toBe(ways.length);
});

function inputFor(name: string) {
  const example = verbExamples[name];
  if (!example) throw new Error(`verb-examples.ts has no example of ${name}.`);
  return example(maker(planeOver(store), askingAt(now), store));
}

/** What is shown once, and each part of it that is long enough to be one. */
function secretsIn(value: unknown, member: string | undefined): readonly string[] {
  if (member === undefined) return [];
  const secret: unknown = Reflect.get(Object(value), member);
  if (typeof secret !== "string") throw new Error(`the output has no ${member}`);
  return [secret, ...secret.split("_").filter((part) => part.length > 20)];
}
