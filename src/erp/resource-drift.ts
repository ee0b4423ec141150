/** One resource in one environment: whether the ERP still has what its binding reads. Broken, it alone is refused. */

import { Problem } from "#lib/problems.ts";
import type { BoundResource } from "./binding/source.ts";
import { checkResource, driftInWords, isBreaking } from "./check/check-resource.ts";
import type { RecordedSchema } from "./check/recorded-schema.ts";
import { compareWithSchema, type Finding } from "./check/schema-drift.ts";
import type { Catalog, Dialect, ErpDatabase } from "./dialects/dialect.ts";
import { sourceUnavailable } from "./dialects/trouble.ts";

/** How soon a broken resource is looked at again, by whoever asks for it then. */
const recheckMs = 2_000;
/** A catalogue that is no older than this is fresh: resources that are checked together share it. */
const freshMs = 1_000;

export interface DriftReport {
  readonly resource: string;
  readonly source: string;
  readonly findings: readonly string[];
}

export interface ResourceDriftParts {
  readonly resource: BoundResource;
  readonly dialect: Dialect;
  /** The source's catalogue, no older than that. */
  readonly catalog: (database: ErpDatabase, maxAgeMs: number) => Promise<Catalog>;
  readonly recorded: RecordedSchema | undefined;
  readonly now: () => number;
  /** Whether a request may wait for a look that another one began. */
  readonly shareLookups: boolean;
  readonly report: {
    broken(report: DriftReport): void;
    changed(report: DriftReport): void;
    whole(report: Omit<DriftReport, "findings">): void;
  };
}

export interface ResourceDrift {
  /** Before a read: throws `source-unavailable` while the resource is broken; looks again when it is time to. */
  admit(database: ErpDatabase): Promise<void>;
  /** After the source's catalogue was read, by anybody: throws when it shows the resource broken. */
  compare(catalog: Catalog, database: ErpDatabase): Promise<void>;
  /** After a failure: finds out what is missing, where that is the reason. What a command lacks of its own is no reason to refuse reads. */
  failed(error: unknown, database: ErpDatabase, of: "read" | "command"): Promise<void>;
  /** After a read that worked. */
  worked(): void;
  /** Looks now. Throws a `Problem` when the source cannot answer. */
  check(database: ErpDatabase): Promise<void>;
  readonly isBroken: () => boolean;
}

export function resourceDrift({ resource, dialect, catalog, recorded, now, shareLookups, report }: ResourceDriftParts): ResourceDrift {
  const about = { resource: resource.contract.name, source: resource.source.name };
  let breaking: readonly Finding[] = [];
  /** A statement that failed though its plan is as it should be: what views and functions call is not planned. */
  let failing: Finding | undefined;
  let said = "";
  let changes = "";
  let lookAgainAt = 0;
  let compared: Catalog | undefined;
  let looking: Promise<void> | undefined;

  const reasons = (): readonly string[] => inWords(failing === undefined ? breaking : [...breaking, failing]);

  /** An operator hears of a change once. */
  function tell(): void {
    const current = reasons();
    if (current.length > 0 && current.join() !== said) report.broken({ ...about, findings: current });
    if (current.length === 0 && said !== "") report.whole(about);
    said = current.join();
  }

  function settle(findings: readonly Finding[]): void {
    breaking = findings.filter(isBreaking);
    lookAgainAt = now() + recheckMs;
    tell();
    const changed = inWords(findings.filter((finding) => !isBreaking(finding)));
    if (changed.length > 0 && changed.join() !== changes) report.changed({ ...about, findings: changed });
    changes = changed.join();
  }

  async function look(database: ErpDatabase): Promise<void> {
    const known = await catalog(database, freshMs);
    compared = known;
    settle(await checkResource(resource, dialect, known, database, recorded));
  }

  function check(database: ErpDatabase): Promise<void> {
    if (!shareLookups) return look(database);
    looking ??= look(database).finally(() => {
      looking = undefined;
    });
    return looking;
  }

  function refuse(): never {
    const reason = new Error(`${about.resource}: ${reasons().join("; ")}`);
    delete reason.stack; // many requests meet this, and where it was thrown tells an operator nothing
    throw sourceUnavailable("drift", reason);
  }

  return {
    async admit(database) {
      if (breaking.length === 0 && failing === undefined) return;
      // One looks, and may try; the others are answered at once.
      if (now() < lookAgainAt || looking !== undefined) refuse();
      lookAgainAt = now() + recheckMs;
      await check(database);
      if (breaking.length > 0) refuse();
    },
    async compare(known, database) {
      if (known === compared) return;
      compared = known;
      if (!compareWithSchema(resource, known, undefined).some(isBreaking)) return;
      await check(database);
      if (breaking.length > 0) refuse();
    },
    async failed(error, database, of) {
      const words = driftInWords(error);
      if (words === undefined || breaking.length > 0) return;
      try {
        await check(database);
      } catch (trouble) {
        if (!(trouble instanceof Problem)) throw trouble;
        return; // the source cannot say now; whoever asks next finds out
      }
      if (breaking.length > 0 || of === "command") return;
      failing = { kind: "failing", places: "", what: `the database refuses the statement: ${words}` };
      lookAgainAt = now() + recheckMs;
      tell();
    },
    worked() {
      if (failing === undefined) return;
      failing = undefined;
      tell();
    },
    check,
    isBroken: () => breaking.length > 0 || failing !== undefined,
  };
}

function inWords(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ places, what }) => (places === "" ? what : `${places}: ${what}`));
}
