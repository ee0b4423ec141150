/** What no command lets through, whatever it would do: requests that cannot be recognised, lack a right, or do not fit. Nothing here has an effect. */
import { expect, test } from "vitest";
import { needsIfMatch } from "#contract/command.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import { type CommandRequest, commandsOf, requestFor, send, withHeaders } from "../command-requests.ts";
import type { Row } from "../public-values.ts";
import { type Answer, codeOf, errorsOf, type World } from "../world.ts";

const pointersOf = (answer: Answer): readonly unknown[] => errorsOf(answer).map(({ pointer, code }) => [pointer, code]);

export function commandCases(resource: BoundResource, world: () => World): void {
  const { contract } = resource;
  for (const operation of commandsOf(resource)) {
    const { promise, scope, as } = operation;
    const body: Row | undefined = promise.example ?? (promise.input === undefined ? undefined : {});
    // Everything here is refused before anything is looked up, so any id will do.
    const request = (change: Partial<CommandRequest> = {}): CommandRequest => ({ ...requestFor(operation, "any-id", body), ...change });
    const ask = async (sent: CommandRequest, scopes?: readonly string[]): Promise<Answer> => send(world(), sent, await world().key("first", "live", scopes));

    test(`${operation.id}: without a key it is 401`, async () => {
      const answer = await send(world(), request(), null);
      expect([answer.status, codeOf(answer)]).toEqual([401, "unauthenticated"]);
    });

    test(`${operation.id}: with every scope but ${scope} it is 403 insufficient-scope, naming that scope`, async () => {
      const others = world().scopes.filter((other) => other !== scope);
      if (others.length === 0) return; // the one scope there is; a key cannot be made without any
      const answer = await ask(request(), others);
      expect([answer.status, codeOf(answer)]).toEqual([403, "insufficient-scope"]);
      expect(answer.text).toContain(scope);
    });

    if (operation.method === "POST") {
      test(`${operation.id}: without an Idempotency-Key it is 400 idempotency-key-required, naming the header`, async () => {
        const answer = await ask(withHeaders(request(), { "Idempotency-Key": undefined }));
        expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["header"]]).toEqual([400, "idempotency-key-required", "Idempotency-Key"]);
      });
    }

    test(`${operation.id}: an Idempotency-Key that cannot be one is 400 idempotency-key-malformed, naming the header`, async () => {
      for (const odd of ["short", "", "undefined", '"0123456789abcdef', "0123456789 abcdef", "0123456789abcdef,0123456789abcdef", `"${"x".repeat(256)}"`]) {
        const answer = await ask(withHeaders(request(), { "Idempotency-Key": odd }));
        expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["header"]], odd).toEqual([400, "idempotency-key-malformed", "Idempotency-Key"]);
      }
    });

    test(`${operation.id}: it takes no query parameters`, async () => {
      const answer = await ask(request({ target: `${request().target}?dry_run=true` }));
      expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["parameter"]]).toEqual([400, "unknown-parameter", "dry_run"]);
    });

    if (as !== "create" && needsIfMatch(promise)) {
      test(`${operation.id}: without If-Match it is 428, naming the header`, async () => {
        const answer = await ask(withHeaders(request(), { "If-Match": undefined }));
        expect([answer.status, codeOf(answer), errorsOf(answer)[0]?.["header"]]).toEqual([428, "precondition-required", "If-Match"]);
      });
    }

    if (as !== "create") {
      test(`${operation.id}: an If-Match that is no list of entity tags is 400`, async () => {
        for (const odd of ["abc", '"open', "*, *", '"a" "b"']) {
          const answer = await ask(withHeaders(request(), { "If-Match": odd }));
          expect([answer.status, codeOf(answer)], odd).toEqual([400, "bad-request-line"]);
        }
      });
    }

    test(`${operation.id}: an unknown member is 422, naming it by a pointer`, async () => {
      const answer = await ask(request({ body: { ...body, no_such_member: 1, "a/b~c": 1 } }));
      expect([answer.status, codeOf(answer)]).toEqual([422, "invalid-body"]);
      expect(pointersOf(answer)).toEqual(
        expect.arrayContaining([
          ["/no_such_member", "unknown-field"],
          ["/a~1b~0c", "unknown-field"],
        ]),
      );
    });

    const notTaken = Object.keys(contract.model.shape).filter((field) => !(field in (promise.input?.shape ?? {})) && contract.hide[field] === undefined);
    if (notTaken.length > 0) {
      test(`${operation.id}: fields that it does not write are each 422 field-not-writable, the ERP's named as the ERP's`, async () => {
        const answer = await ask(request({ body: { ...body, ...Object.fromEntries(notTaken.map((field) => [field, null])) } }));
        expect([answer.status, codeOf(answer)]).toEqual([422, "invalid-body"]);
        const refused = errorsOf(answer).filter(({ code }) => code === "field-not-writable");
        expect(refused.map(({ pointer }) => pointer).sort()).toEqual(notTaken.map((field) => `/${field}`).sort());
        for (const { pointer, detail } of refused) {
          const owner = contract.owner[String(pointer).slice(1)] ?? "erp";
          expect(detail).toContain(owner === "erp" ? "owned by the ERP" : "partner");
        }
      });
    }

    test(`${operation.id}: hidden fields are no more than unknown members`, async () => {
      const hidden = Object.keys(contract.hide);
      const answer = await ask(request({ body: { ...body, ...Object.fromEntries(["no_such_member", ...hidden].map((field) => [field, null])) } }), [scope]);
      expect(pointersOf(answer)).toEqual(expect.arrayContaining(hidden.map((field) => [`/${field}`, "unknown-field"])));
    });

    test(`${operation.id}: bodies that are no JSON, or mean two things, are 400; of another kind, 415`, async () => {
      const odd = (text: string, type = "application/json"): CommandRequest => withHeaders(request({ body: undefined, text }), { "Content-Type": type });
      for (const text of ["{", '{"a":1,"a":2}', '{"__proto__":{}}', '{"a":1}x', '{"a":"\\ud800"}', '{"a":1e999}', `${"[".repeat(50)}${"]".repeat(50)}`]) {
        const answer = await ask(odd(text));
        expect([answer.status, codeOf(answer)], text.slice(0, 40)).toEqual([400, "malformed-body"]);
      }
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/xml"]) {
        const answer = await ask(odd("{}", type));
        expect([answer.status, codeOf(answer)], type).toEqual([415, "unsupported-media-type"]);
      }
    });
  }
}
