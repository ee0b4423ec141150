/** Keys that sign access tokens, in the gateway's own tables. All times are by this database's clock. */
import { sql } from "kysely";
import { placeOfSigningKey, type SigningKey, type SigningKeyRecords } from "#control-plane/signing-keys/signing-key-records.ts";
import type { Store } from "./connect.ts";

/** What a key signed counts for so long after another one took over: its last token has expired, whoever's clock is a little late. */
const countsFor = sql`interval '10 minutes'`;

export function signingKeyRecords(store: Store): SigningKeyRecords {
  return {
    async list() {
      const { rows } = await sql<Row>`
        select *, extract(epoch from asked_at - signs_from)::float8 as age_seconds,
          case when signs_from > asked_at then 'waiting' when signs_until is null or signs_until > asked_at then 'signing' else 'ending' end as state
        from (
          select kid, public_jwk, created_at, signs_from, lead(signs_from) over (order by signs_from) as signs_until, clock.asked_at
          from sluice.signing_keys cross join (select clock_timestamp() as asked_at) as clock
          where withdrawn_at is null
        ) as counted
        where signs_until is null or signs_until + ${countsFor} > asked_at
        order by signs_from desc`.execute(store);
      return rows.map(
        (row): SigningKey => ({
          kid: row.kid,
          publicKey: row.public_jwk,
          createdAt: row.created_at.getTime(),
          signsFrom: row.signs_from.getTime(),
          signsUntil: row.signs_until?.getTime(),
          ageSeconds: row.age_seconds,
          state: row.state,
        }),
      );
    },
    async privateKey(kid) {
      const { table, row: id } = placeOfSigningKey(kid);
      const row = await store.selectFrom("sealed_secrets").selectAll().where("of_table", "=", table).where("of_row", "=", id).executeTakeFirst();
      return row && { wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed };
    },
    async add(key) {
      const { wrappedUnder, wrappedKey, sealed } = key.privateKey;
      const { rows } = await sql<{ added: boolean }>`
        select sluice.add_signing_key(
          ${key.kid}, ${key.publicKey.alg}, ${JSON.stringify(key.publicKey)}::jsonb, ${wrappedUnder}, ${wrappedKey}, ${sealed},
          make_interval(secs => ${key.signsInSeconds}), make_interval(secs => ${key.unlessNewerThanSeconds ?? 0}), ${key.withdrawOthers ?? false}
        ) as added`.execute(store);
      return rows[0]?.added === true ? "added" : "there-already";
    },
  };
}

interface Row {
  kid: string;
  public_jwk: SigningKey["publicKey"];
  created_at: Date;
  signs_from: Date;
  signs_until: Date | null;
  age_seconds: number;
  state: SigningKey["state"];
}
