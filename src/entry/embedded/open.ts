/** Opens the embedded Postgres of a folder: data, secrets and a server, started where none runs yet. */
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { locateBinaries } from "./binaries.ts";
import { type Cluster, clusterUrl, startCluster } from "./cluster.ts";
import { findFreePort } from "./free-port.ts";
import { findPlace } from "./place.ts";
import { stopOrphan } from "./postmaster.ts";
import { type EmbeddedSecrets, readOrMakeSecrets } from "./secrets.ts";
import { chooseServerAccount } from "./server-account.ts";
import { clearStateFolder, readJson, type StateFolder, writeJson } from "./state-folder.ts";

export interface Embedded {
  readonly cluster: Cluster;
  readonly secrets: EmbeddedSecrets;
}

/** `data` is for people: it is elsewhere when the server's account cannot enter the state folder. */
const serverSchema = z.object({ port: z.number().int().positive(), data: z.string() });

/** For the process that holds the claim on the folder. `fresh` throws away what an earlier run left. */
export async function openEmbedded(state: StateFolder, options: { readonly fresh: boolean; readonly say: (line: string) => void }): Promise<Embedded> {
  const account = chooseServerAccount();
  const place = findPlace(realpathSync(state.path), account, await locateBinaries(dirname(state.path)));
  const data = join(place.folder, "postgres");
  const orphan = await stopOrphan(data);
  if (orphan !== undefined) options.say(`Stopped the Postgres (pid ${orphan}) that an earlier run had left behind.`);
  if (options.fresh) clearStateFolder(state, place.folder);

  const port = await findFreePort(serverSchema.safeParse(readJson(state.postgres)).data?.port);
  writeJson(state.postgres, { port, data });
  const secrets = readOrMakeSecrets(state);
  const cluster = await startCluster({ ...place, account, logFile: state.postgresLog, password: secrets.postgresPassword, port });
  return { cluster, secrets };
}

/** Joins the server that another process, which holds the claim, has started on the folder. */
export function joinEmbedded(state: StateFolder): Embedded {
  const secrets = readOrMakeSecrets(state);
  const { port } = serverSchema.parse(readJson(state.postgres));
  const url = (database: string): string => clusterUrl({ password: secrets.postgresPassword, port }, database);
  return { secrets, cluster: { port, url, stop: async () => undefined } };
}
