/** Opens for a command what conflicts are looked at with: the ERP's databases, the partners, and the secret that seals values. */

import { type Config, readConfig } from "#config";
import type { PartnerRecords } from "#control-plane/partners/partner-records.ts";
import { type ConflictDesk, conflictDesk, describeGateway, type GatewayDefinition, openSource } from "#gateway";
import { connectStore } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";
import { withEnvFile } from "./env-file.ts";
import type { Environment } from "./open-erp.ts";
import { openPlace, type Place } from "./open-place.ts";
import type { OpenOptions } from "./open-store.ts";
import { defaultProject, loadProject } from "./project.ts";
import { createStoppable, type Stoppable } from "./stop.ts";

export interface Desk extends ConflictDesk {
  readonly source: string;
  readonly environment: Environment;
}

export interface Conflicts {
  /** One for each source that partners write to, and each environment that is configured. */
  readonly desks: readonly Desk[];
  readonly partners: PartnerRecords;
}

/** Runs `work`, and closes afterwards what was opened. Throws an Error with a sentence when something is not configured. */
export async function withConflicts<T>(options: OpenOptions, environments: readonly Environment[], work: (conflicts: Conflicts) => Promise<T>): Promise<T> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  const { sources } = describeGateway(folder.definition);
  const read = readConfig(withEnvFile(folder.path, options.variables), sources);
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const life = createStoppable(() => undefined);
  try {
    const place = await openPlace(read.config, options, folder, life);
    const store = connectStore({ url: place.storeUrl, poolSize: 1, timeoutMs: read.config.storeTimeoutMs, onBrokenConnection: () => undefined });
    life.onStop(() => store.destroy());
    return await work({ desks: desksOf(folder.definition, place, read.config, environments, life), partners: partnerRecords(store) });
  } finally {
    await life.stop();
  }
}

function desksOf(
  definition: GatewayDefinition,
  { urls, secret }: Place,
  config: Config,
  environments: readonly Environment[],
  life: Stoppable,
): readonly Desk[] {
  const written = definition.resources.filter(({ contract, source }) => Object.keys(contract.commands).length > 0 && source.footprint !== "none");
  const sources = new Map(written.map(({ source }) => [source.name, source]));
  return [...sources.values()].flatMap((source) =>
    environments.flatMap((environment) => {
      const url = urls.get(source.name)?.[environment];
      if (url === undefined) return [];
      const database = openSource(source.dialect, {
        ...{ url, maxConnections: 1, acquireTimeoutMs: config.sourceConnectTimeoutMs, statementTimeoutMs: config.sourceTimeoutMs },
        ...{ lockTimeoutMs: config.sourceLockTimeoutMs, prepare: false, applicationName: "sluice conflict" },
      });
      life.onStop(() => database.close());
      const desk = conflictDesk({
        ...{ source, resources: definition.resources, secret, previousSecrets: config.previousSecrets },
        ...{ database, now: Date.now },
      });
      return [{ ...desk, source: source.name, environment }];
    }),
  );
}
