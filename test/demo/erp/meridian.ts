/** The generated ERP as a template database, and a connection to a copy of it, for the tests of this folder. */
import pg from "pg";
import { createSchema, generate } from "../../../demo/erp/generate.ts";
import { createDatabase, template } from "../../support/postgres.ts";

const small = template("meridian", async (client) => {
  await createSchema(client);
  await generate(client, { orders: 1200, seed: 7 });
});

export interface Meridian {
  readonly client: pg.Client;
  readonly url: string;
  /** The one row a query is expected to answer. */
  one<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row>;
  /** The statement's refusal: its SQLSTATE and message; what it had written is undone. */
  refusal(sql: string, values?: readonly unknown[]): Promise<{ code: string | undefined; message: string }>;
  close(): Promise<void>;
}

/** A copy of a small generated ERP of the caller's own. */
export async function openMeridian(): Promise<Meridian> {
  const database = await createDatabase(small);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return {
    client,
    url: database.url,
    one: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
      const { rows } = await client.query<Row>(sql, [...values]);
      const [row] = rows;
      if (!row || rows.length > 1) throw new Error(`expected one row, got ${rows.length}: ${sql}`);
      return row;
    },
    refusal: async (sql, values = []) => {
      try {
        await client.query(sql, [...values]);
      } catch (error) {
        if (error instanceof pg.DatabaseError) return { code: error.code, message: error.message };
        throw error;
      }
      throw new Error(`expected a refusal: ${sql}`);
    },
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}
