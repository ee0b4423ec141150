/** What commands do: once, however often they are asked for; never to what belongs to another partner. Writes into a database of the suite's own. */
import { expect, test } from "vitest";
import type { CommandOperation } from "#contract/operations.ts";
import { operationsOf } from "#contract/operations.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import type { Environment } from "#pipeline/principal.ts";
import { anotherBody, type CarriedOut, carryOut, commandsOf, hasExample, idsNow, renumbered, requestFor, send, withHeaders } from "../command-requests.ts";
import { idOf, isRow } from "../public-values.ts";
import { type Answer, codeOf, sample, type World } from "../world.ts";
import { withoutRequest } from "./credentials.ts";

/** Body and headers of an answer, but for what tells of the one request. */
function answerOf({ status, text, headers }: Answer): unknown {
  const own = ["request-id", "date", "ratelimit", "idempotency-replayed", "connection", "keep-alive"];
  return { status, text, headers: [...headers].filter(([name]) => !own.includes(name)).sort() };
}

/** `environment`: where the suite may write. */
export function effectCases(resource: BoundResource, world: () => World, environment: Environment): void {
  const { contract } = resource;
  const token = (scopes?: readonly string[]): Promise<string> => world().key("first", environment, scopes);

  for (const operation of commandsOf(resource)) {
    if (operation.as !== "create") {
      test(`${operation.id}: on what belongs to the other partner, and on what is not there, is the same 404`, async () => {
        const { rows, key } = world();
        const own = new Set((await rows(contract, "first", environment)).map(idOf));
        const foreign = (await rows(contract, "second", environment)).map(idOf).filter((id) => !own.has(id));
        expect(foreign.length, "the second partner has nothing of its own").toBeGreaterThan(0);
        const body = operation.promise.example;
        const attempt = async (id: string): Promise<Answer> => send(world(), requestFor(operation, id, body), await key("first", environment));
        const missing = await attempt("no-such-thing");
        expect([missing.status, codeOf(missing)]).toEqual([404, "not-found"]);
        for (const id of sample(foreign, 5)) expect(withoutRequest(await attempt(id)), id).toEqual(withoutRequest(missing));
      });
    }

    if (!hasExample(operation)) {
      test(`${operation.id}: has an example, so that it can be tried`, ({ skip }) => skip("it has none"));
      continue;
    }

    test(`${operation.id}: answers as its document says, and a repetition gets the same answer to the byte, under any key of the partner`, async () => {
      const { request, answer } = await carryOut(world(), resource, operation, environment);
      expect(answer.status).toBe(statusOf(operation));
      expect(answer.headers.has("idempotency-replayed")).toBe(false);
      for (const key of [await token(), await token(world().scopes.slice().reverse())]) {
        const again = await send(world(), request, key);
        expect(again.headers.get("idempotency-replayed")).toBe("true");
        expect(answerOf(again)).toEqual(answerOf(answer));
      }
    });

    test(`${operation.id}: ${operation.scope} alone is enough, and so is the wildcard of its resource`, async () => {
      for (const granted of [operation.scope, operation.scope.replace(/:.*$/, ":*")]) {
        const { answer } = await carryOut(world(), resource, operation, environment, [granted]);
        expect(answer.status, granted).toBe(statusOf(operation));
      }
    });

    test(`${operation.id}: what it answers is what stands there afterwards`, async () => {
      const { request, answer } = await carryOut(world(), resource, operation, environment);
      const place = answer.headers.get("location") ?? (operation.as === "create" ? null : request.target.split("/").slice(0, 4).join("/"));
      if (place === null) throw new Error("nothing says where it is");
      if (operation.promise.answers === "operation") return expectOperation(place, answer);
      if (contract.reads.get === undefined) return;
      const read = await world().ask(place, { key: await token() });
      if (operation.as === "delete") return expect(read.status).toBe(404);
      expect(read.text).toBe(answer.text);
      expect(read.headers.get("etag")).toBe(answer.headers.get("etag"));
    });

    test(`${operation.id}: the key of one request is refused for another`, async () => {
      const { request } = await carryOut(world(), resource, operation, environment);
      const other = anotherBody(resource, operation, request.body);
      const reused =
        other === undefined ? { ...request, target: request.target.replace(/(?<=^\/v1\/[^/]+\/)[^/]+/, "another-id") } : { ...request, body: other };
      expect(reused, "the suite knows of no other request").not.toEqual(request);
      const answer = await send(world(), reused, await token());
      expect([answer.status, codeOf(answer)]).toEqual([422, "idempotency-key-reused"]);
    });

    test(`${operation.id}: a repetition by a key without its scope is 403, and by another partner a request of its own`, async () => {
      const { request } = await carryOut(world(), resource, operation, environment);
      const others = world().scopes.filter((scope) => scope !== operation.scope);
      if (others.length > 0) expect((await send(world(), request, await token(others))).status).toBe(403);
      const another = await send(world(), request, await world().key("second", environment));
      expect(another.headers.has("idempotency-replayed")).toBe(false);
      expect(codeOf(another)).not.toBe("idempotency-key-reused");
    });

    if (operation.as === "create" && operation.promise.answers === undefined && contract.reads.list !== undefined) {
      test(`${operation.id}: sent ten times at once, it makes one thing, and every answer says so or asks to wait`, async () => {
        const { request } = await carryOut(world(), resource, operation, environment);
        const before = await idsNow(world(), resource, "first", environment);
        const another = { ...request, body: request.body && renumbered(resource, request.body) };
        const fresh = withHeaders(another, { "Idempotency-Key": crypto.randomUUID() });
        const key = await token();
        const answers = await Promise.all(Array.from({ length: 10 }, () => send(world(), fresh, key)));
        const made = answers.filter(({ status }) => status === 201);
        expect(made.length).toBeGreaterThan(0);
        for (const waiting of answers.filter(({ status }) => status !== 201)) {
          expect([waiting.status, codeOf(waiting)]).toEqual([409, "in-progress"]);
          expect(waiting.headers.get("retry-after")).toMatch(/^\d+$/);
        }
        expect(new Set(made.map(({ text }) => text)).size).toBe(1);
        const now = await idsNow(world(), resource, "first", environment);
        expect([...now].filter((id) => !before.has(id))).toEqual(made.slice(0, 1).map(({ body }) => (isRow(body) ? idOf(body) : "")));
      });
    }
  }

  if (contract.batch) batchCases(resource, world, environment);

  async function expectOperation(place: string, { body }: Answer): Promise<void> {
    const read = await world().ask(place, { key: await token() });
    expect(read.status).toBe(200);
    expect(isRow(read.body) && isRow(body) && idOf(read.body) === idOf(body)).toBe(true);
    const theirs = await world().ask(place, { key: await world().key("second", environment) });
    expect([theirs.status, codeOf(theirs)]).toEqual([404, "not-found"]);
  }
}

function statusOf({ as, promise }: CommandOperation): number {
  if (promise.answers === "operation") return 202;
  return as === "create" ? 201 : as === "delete" ? 204 : 200;
}

function batchCases(resource: BoundResource, world: () => World, environment: Environment): void {
  const { contract } = resource;
  const batch = operationsOf(contract).find(({ kind }) => kind === "batch");
  const command = commandsOf(resource).find((operation) => hasExample(operation) && operation.as !== "delete");
  if (batch === undefined || command === undefined) return;
  const post = async (body: unknown): Promise<Answer> => world().ask(batch.path, { key: await world().key("first", environment), method: "POST", body });
  const itemFor = ({ request }: CarriedOut): object => ({
    command: command.command,
    ...(command.as !== "create" && { id: decodeURIComponent(request.target.split("/")[3] ?? "") }),
    ...(request.headers["If-Match"] !== undefined && { if_match: request.headers["If-Match"] }),
    ...(request.body !== undefined && { body: renumbered(resource, request.body) }),
  });

  test(`${batch.id}: tells of each item what it came to, and repeated as a whole it does nothing twice`, async () => {
    const item = itemFor(await carryOut(world(), resource, command, environment));
    const good = { ...item, idempotency_key: crypto.randomUUID() };
    const reused = { ...item, idempotency_key: good.idempotency_key, body: { no_such_member: 1 } };
    const first = await post({ items: [good, reused] });
    expect(first.status, first.text).toBe(200);
    expect(first.body).toMatchObject({ summary: { total: 2, failed: 1, replayed: 0 }, results: [{ status: statusOf(command) }, { status: 422 }] });
    const again = await post({ items: [good, reused] });
    expect(again.body).toMatchObject({ summary: { total: 2, failed: 1, replayed: 1 }, results: [{ status: statusOf(command) }, { status: 422 }] });
    const bodyOf = ({ body }: Answer): unknown => (isRow(body) && Array.isArray(body["results"]) ? body["results"][0].body : undefined);
    expect(bodyOf(again)).toEqual(bodyOf(first));
  });

  test(`${batch.id}: each item answers to the scope of its own command and to no other`, async () => {
    const { scope } = command;
    const item = itemFor(await carryOut(world(), resource, command, environment));
    const asked = async (scopes: readonly string[]): Promise<Answer> =>
      world().ask(batch.path, {
        key: await world().key("first", environment, scopes),
        method: "POST",
        body: { items: [{ ...item, idempotency_key: crypto.randomUUID() }] },
      });
    const others = world().scopes.filter((other) => other !== scope);
    if (others.length > 0) {
      const without = await asked(others);
      // Who may do nothing of it is refused as a whole.
      const refused =
        without.status === 403 ? without.body : isRow(without.body) && Array.isArray(without.body["results"]) ? without.body["results"][0].body : null;
      expect(refused).toMatchObject({ status: 403, code: "insufficient-scope" });
      expect(without.text).toContain(scope);
    }
    // What it comes to, its scope decides no more.
    const granted = await asked([scope]);
    expect(granted.text).not.toContain("insufficient-scope");
  });

  test(`${batch.id}: one that is no batch is refused with all that is wrong with it, and no item is run`, async () => {
    const item = itemFor(await carryOut(world(), resource, command, environment));
    const good = { ...item, idempotency_key: crypto.randomUUID() };
    for (const [body, pointer] of [
      [{ items: [good, { ...item, idempotency_key: crypto.randomUUID(), command: "no_such_command" }] }, "/items/1/command"],
      [{ items: [good, { ...item }] }, "/items/1/idempotency_key"],
      [{ items: [good], more: 1 }, "/more"],
      [{ items: [] }, "/items"],
      [{ items: Array.from({ length: 101 }, () => good) }, "/items"],
    ] as const) {
      const answer = await post(body);
      expect([answer.status, codeOf(answer)], pointer).toEqual([422, "invalid-body"]);
      expect(answer.text).toContain(`"${pointer}"`);
    }
    const alone = await post({ items: [good] });
    expect(alone.body, "nothing had been run").toMatchObject({ summary: { replayed: 0 } });
  });
}
