/** Events of a resource: shown as it is read, to whom it concerns, cut to what the key may see; and to nobody else. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { Who } from "../project.ts";
import { isRow, type Row } from "../public-values.ts";
import { recordEvents } from "../record-events.ts";
import { codeOf, type World } from "../world.ts";

export function eventCases(contract: Contract, world: () => World, [environment = "live"]: readonly Environment[]): void {
  const types = Object.keys(contract.events);
  if (types.length === 0) return;
  const readScope = contract.reads.get?.scope ?? contract.reads.list?.scope;
  let recorded: Promise<Row> | undefined;

  /** A thing of the first partner, of which one event of each rule at least is in the log from then on. */
  const thing = (): Promise<Row> => {
    recorded ??= (async () => {
      const { project, storeUrl, rows } = world();
      const [row = expect.unreachable("the first partner has nothing")] = await rows(contract, "first", environment);
      const accounts = project.accounts.first[environment] ?? [];
      await recordEvents(storeUrl, project.definition.contracts, { contract, environment, accounts, row });
      return row;
    })();
    return recorded;
  };

  async function eventsFor(who: Who, scopes?: readonly string[]): Promise<readonly Row[]> {
    const events: Row[] = [];
    const { ask, key } = world();
    const token = await key(who, environment, scopes);
    for (let after = 0; ; ) {
      const { status, text, body } = await ask(`/v1/events?after=${after}`, { key: token });
      expect(status, text).toBe(200);
      const page: Row = isRow(body) ? body : {};
      const data: unknown = page["data"];
      const shown = Array.isArray(data) ? data.filter(isRow) : [];
      expect(Number(page["passed_over"]) + shown.length).toBe(Number(page["next_after"]) - after);
      events.push(...shown);
      if (page["next_after"] === page["latest_seq"]) return events;
      after = Number(page["next_after"]);
    }
  }
  const ownOf = (events: readonly Row[]): readonly Row[] => events.filter(({ resource }) => resource === contract.name);

  test("each type is told once per rule, of the thing as a read shows it, or of nothing where it is gone", async () => {
    const row = await thing();
    const events = ownOf(await eventsFor("first"));
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types));
    for (const event of events) {
      const rule = contract.events[String(event["type"])];
      if (rule?.kind === "deleted") expect(event["data"]).toBeNull();
      else if (rule !== undefined && !("to" in rule) && event["entity_seq"] === 1) expect(event["data"]).toEqual(row);
      expect(event).not.toHaveProperty("problem");
      const one = await world().ask(`/v1/events/${String(event["id"])}`, { key: await world().key("first", environment) });
      expect(one.body).toEqual(event);
    }
  });

  test("another partner is told nothing of it, by list or by id", async () => {
    await thing();
    const ids = new Set((await eventsFor("first")).map(({ id }) => String(id)));
    expect((await eventsFor("second")).filter(({ id }) => ids.has(String(id)))).toEqual([]);
    const [id = ""] = ids;
    const answer = await world().ask(`/v1/events/${id}`, { key: await world().key("second", environment) });
    expect([answer.status, codeOf(answer)]).toEqual([404, "not-found"]);
  });

  test("a key without the scope of events, or without a key, is refused; one without that of the resource is shown none of its events", async () => {
    await thing();
    const { ask, key, scopes } = world();
    const refused = await ask(
      "/v1/events",
      {
        key: await key(
          "first",
          environment,
          scopes.filter((scope) => scope !== "events:read"),
        ),
      }, // all others
    );
    expect([refused.status, codeOf(refused)]).toEqual([403, "insufficient-scope"]);
    expect((await ask("/v1/events", { key: null })).status).toBe(401);
    const others = scopes.filter((scope) => scope !== readScope);
    expect(ownOf(await eventsFor("first", others))).toEqual([]);
    const named = await ask(`/v1/events?resource=${contract.name}`, { key: await key("first", environment, others) });
    expect([named.status, codeOf(named)]).toEqual([403, "insufficient-scope"]);
  });

  for (const [field, scope] of Object.entries(contract.hide)) {
    test(`${field} is in no event without ${scope}, and everything else is`, async () => {
      await thing();
      const whole = ownOf(await eventsFor("first"));
      const cut = ownOf(
        await eventsFor(
          "first",
          world().scopes.filter((other) => other !== scope),
        ),
      );
      const byId = new Map(whole.map((event) => [event["id"], event]));
      for (const event of cut) {
        const data: unknown = byId.get(event["id"])?.["data"];
        if (!isRow(data)) continue;
        const { [field]: hidden, ...others } = data;
        expect(hidden).toBeDefined();
        expect(event["data"]).toEqual(others);
      }
    });
  }
}
