/** Two copies of one Meridian: partners write to the first through the gateway, the ERP's own programs to the second. */
import pg from "pg";
import gateway from "../../../demo/gateway.ts";
import { type ServedCommands, serveCommands } from "../../projects/serve-commands.ts";
import { type Meridian, openMeridian } from "../erp/meridian.ts";

export interface MeridianTwice extends ServedCommands {
  /** Behind the gateway. */
  readonly erp: Meridian;
  /** The one that partners do not reach. */
  readonly other: Meridian;
  /** What is in the one and not in the other, table by table, times and log numbers aside. */
  differences(): Promise<Readonly<Record<string, { readonly gateway: readonly string[]; readonly other: readonly string[] }>>>;
  /** Changes whenever anything in these tables of the ERP behind the gateway does. */
  state(tables: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export async function meridianTwice(accounts: readonly string[], now?: () => number): Promise<MeridianTwice> {
  const [erp, other] = [await openMeridian(), await openMeridian()];
  const run = async (statements: string): Promise<void> => void (await erp.client.query(statements));
  const served = await serveCommands(gateway, { url: erp.url, run }, { accounts, ...(now && { now }) });
  return {
    ...served,
    erp,
    other,
    state: (tables) => digests(erp.client, tables),
    async differences() {
      const tables = await tablesOf(erp.client);
      const [here, there] = [await digests(erp.client, tables), await digests(other.client, tables)];
      const found: Record<string, { gateway: readonly string[]; other: readonly string[] }> = {};
      for (const [table, digest] of here) {
        if (there.get(table) === digest) continue;
        const [ours, theirs] = [await rowsOf(erp.client, table), await rowsOf(other.client, table)];
        found[table] = { gateway: [...ours].filter((row) => !theirs.has(row)), other: [...theirs].filter((row) => !ours.has(row)) };
      }
      return found;
    },
    async close() {
      await served.close();
      await erp.close();
      await other.close();
    },
  };
}

/** The clock goes on between the two; numbers that nobody refers to run on when a transaction is rolled back. */
const clocks = `'{ORDTM,CHGTM,LOGTS,CRTTS,LOGNO,IMPNO}'::TEXT[]`;

async function tablesOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

async function digests(client: pg.Client, tables: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const each = tables.map(
    (name) =>
      `SELECT ${pg.escapeLiteral(name)} AS name, concat(count(*), ' ', sum(hashtextextended((to_jsonb(t) - ${clocks})::TEXT, 0))) AS digest FROM ${pg.escapeIdentifier(name)} t`,
  );
  const { rows } = await client.query<{ name: string; digest: string }>(each.join(" UNION ALL "));
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

async function rowsOf(client: pg.Client, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ row: string }>(`SELECT (to_jsonb(t) - ${clocks})::TEXT AS row FROM ${pg.escapeIdentifier(table)} t`);
  return new Set(rows.map(({ row }) => row));
}
