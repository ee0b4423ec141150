/** Api-Version names a contract version exactly, or the request is refused. */
import { expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { readsOf } from "#contract/operations.ts";
import { codeOf, errorsOf, type World } from "../world.ts";

export function versionCases(contract: Contract, world: () => World): void {
  for (const { id, kind } of readsOf(contract)) {
    const target = async (): Promise<string> => {
      const [row] = await world().rows(contract, "first", "live");
      return kind === "list" ? `/v1/${contract.name}?limit=1` : `/v1/${contract.name}/${encodeURIComponent(String(row?.["id"]))}`;
    };

    test(`${id}: the version is served when asked for, and named in the answer with and without asking`, async () => {
      const { ask, key, project } = world();
      const { version } = project.definition;
      for (const headers of [{}, { "Api-Version": version }]) {
        const answer = await ask(await target(), { key: await key("first", "live"), headers });
        expect(answer.status).toBe(200);
        expect(answer.headers.get("api-version")).toBe(version);
      }
    });

    test(`${id}: an unknown or odd Api-Version is 400 unknown-version, naming the header and the versions there are`, async () => {
      const { ask, key, project } = world();
      const { version } = project.definition;
      for (const odd of [
        "1999-01-01",
        "9999-12-31",
        "latest",
        "*",
        "v1",
        `${version},${version}`,
        `${version}T00:00:00Z`,
        `"${version}"`,
        version.replaceAll("-", ""),
        version.replaceAll("-", "‐").replace(/[^ -~]/g, "?"),
        "__proto__",
        "0",
      ]) {
        const answer = await ask(await target(), { key: await key("first", "live"), headers: { "Api-Version": odd } });
        expect(answer.status, odd).toBe(400);
        expect(codeOf(answer), odd).toBe("unknown-version");
        expect(errorsOf(answer)[0]?.["header"], odd).toBe("Api-Version");
        expect(answer.text).toContain(version);
      }
    });
  }
}
