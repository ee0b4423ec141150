/** The one suite that every resource of every project goes through; nothing in it knows a resource by name. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountCases } from "./cases/account.ts";
import { commandCases } from "./cases/commands.ts";
import { conditionalCases } from "./cases/conditional.ts";
import { credentialCases } from "./cases/credentials.ts";
import { cursorCases } from "./cases/cursors.ts";
import { effectCases } from "./cases/effects.ts";
import { environmentCases } from "./cases/environments.ts";
import { eventCases } from "./cases/events.ts";
import { filterCases } from "./cases/filters.ts";
import { hiddenFieldCases } from "./cases/hidden-fields.ts";
import { isolationCases } from "./cases/isolation.ts";
import { listCases } from "./cases/lists.ts";
import { scopeCases } from "./cases/scopes.ts";
import { selectionCases } from "./cases/selection.ts";
import { sortCases } from "./cases/sorts.ts";
import { versionCases } from "./cases/versions.ts";
import { environmentsOf, type SuiteProject } from "./project.ts";
import { openWorld, type SuiteOptions, type World } from "./world.ts";

/** Declares the tests of every resource of the project, for the test file that calls it. */
export function runCommonSuite(project: SuiteProject, options: SuiteOptions = {}): void {
  let opened: World | undefined;
  const world = (): World => {
    if (opened === undefined) throw new Error("the suite has not begun");
    return opened;
  };
  beforeAll(async () => {
    opened = await openWorld(project, options);
  }, 180_000);
  afterAll(() => opened?.close());

  const environments = environmentsOf(project);
  for (const contract of project.definition.contracts) {
    describe(contract.name, () => {
      for (const cases of [
        credentialCases,
        scopeCases,
        versionCases,
        listCases,
        filterCases,
        sortCases,
        selectionCases,
        hiddenFieldCases,
        conditionalCases,
        isolationCases,
        environmentCases,
        cursorCases,
        eventCases,
      ])
        cases(contract, world, environments);
    });
  }

  describe("account", () => accountCases(world, environments));

  // Last, since what is written shows in what is read.
  const { writesInto } = project;
  for (const resource of project.definition.resources.filter(({ contract }) => Object.keys(contract.commands).length > 0)) {
    describe(`commands of ${resource.contract.name}`, () => {
      commandCases(resource, world);
      if (writesInto !== undefined) effectCases(resource, world, writesInto);
    });
  }

  test("no answer and no log line of this whole run held a secret of the ERP, a key or the gateway", () => {
    const { watch, gateway } = world();
    watch.look("log", gateway.log());
    expect(gateway.log().split("\n").length).toBeGreaterThan(100);
    expect(watch.found).toEqual([]);
  });

  test("every log line of this whole run is one JSON object", () => {
    const lines = world()
      .gateway.log()
      .split("\n")
      .filter((line) => line !== "");
    expect(lines.filter((line) => !isObject(line))).toEqual([]);
  });
}

function isObject(line: string): boolean {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null;
  } catch {
    return false;
  }
}
