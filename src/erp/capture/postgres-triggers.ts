/** Triggers on Postgres that append to the `change` table: one function and two triggers for each watched table. */

import { dialects } from "../dialects/dialects.ts";
import type { FootprintStatement } from "../write/footprint.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { functionName, type TriggerPlace, tableName } from "./trigger-names.ts";

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A function takes 100 arguments. */
const columnsEach = 50;

/** Statements in order that put in place what watches a table, or replace it; views are passed over. */
export function postgresTriggers(place: TriggerPlace, watched: CapturedTable): readonly FootprintStatement[] {
  const table = tableName(place, watched.table);
  const called = functionName(watched.table);
  return [
    { about: `Notes what changes in ${watched.table}: of these columns the values before and after.`, text: noting(watched, called) },
    {
      about: `Calls it for each row of ${watched.table} that is written.`,
      text: `DO $sluice$ BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(${text(table)}) AND relkind IN ('r', 'p')) THEN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = ${text(table)}::pg_catalog.regclass AND tgname = 'sluice_change') THEN
      CREATE TRIGGER sluice_change AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE PROCEDURE ${called}();
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = ${text(table)}::pg_catalog.regclass AND tgname = 'sluice_truncate') THEN
      CREATE TRIGGER sluice_truncate AFTER TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE PROCEDURE ${called}();
    END IF;
  END IF;
END $sluice$`,
    },
  ];
}

/**
 * Runs with its owner's rights, whoever writes. A bound column that is dropped or renamed must not keep the ERP from writing:
 * the block around the images costs little, since it takes no transaction number as long as nothing is written in it.
 */
function noting({ table, columns, thing, digest }: CapturedTable, called: string): string {
  const image = (row: "OLD" | "NEW"): string => {
    const parts: string[] = [];
    for (let at = 0; at < columns.length; at += columnsEach)
      parts.push(
        `jsonb_build_object(${columns
          .slice(at, at + columnsEach)
          .map((column) => `${text(column)}, ${row}.${dialects.postgres.quote(column)}`)
          .join(", ")})`,
      );
    return parts.join(" || ");
  };
  const left = (row: "OLD" | "NEW"): string => `(SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(${row})) WHERE key = ANY (bound))`;
  const known = thing.map((column) => `rtrim(coalesce(new_image, old_image) ->> ${text(column)})`);
  return `CREATE OR REPLACE FUNCTION ${called}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $sluice$
-- Made of ${digest}.
DECLARE
  bound     CONSTANT text[] := ARRAY[${columns.map(text).join(", ")}]::text[];
  origin    CONSTANT text := CASE current_setting('sluice.origin', TRUE) WHEN 'api' THEN 'api' ELSE 'erp' END;
  old_image jsonb;
  new_image jsonb;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO sluice.change (transaction_id, relation, operation, origin) VALUES (txid_current(), ${text(table)}, 'truncate', origin);
    RETURN NULL;
  END IF;
  BEGIN
    IF TG_OP <> 'INSERT' THEN old_image := ${image("OLD")}; END IF;
    IF TG_OP <> 'DELETE' THEN new_image := ${image("NEW")}; END IF;
  EXCEPTION WHEN undefined_column THEN
    IF TG_OP <> 'INSERT' THEN old_image := ${left("OLD")}; END IF;
    IF TG_OP <> 'DELETE' THEN new_image := ${left("NEW")}; END IF;
  END;
  IF old_image = new_image THEN RETURN NULL; END IF;
  INSERT INTO sluice.change (transaction_id, relation, operation, origin, thing, old_image, new_image)
  VALUES (txid_current(), ${text(table)}, lower(TG_OP), origin, ${known.length === 0 ? "NULL" : known.join(" || '~' || ")}, old_image, new_image);
  RETURN NULL;
END $sluice$`;
}

/** Takes away these functions with their triggers; without names, all of them. */
export function dropPostgresTriggers(functions: readonly string[] | undefined): readonly string[] {
  if (functions?.length === 0) return [];
  const which =
    functions === undefined
      ? ""
      : `
      AND p.proname = ANY (ARRAY[${functions.map(text).join(", ")}]::text[])`;
  return [
    `DO $sluice$ DECLARE found RECORD; BEGIN
  FOR found IN
    SELECT pg_catalog.format('sluice.%I()', p.proname) AS called, t.tgname AS trigger, t.tgrelid::pg_catalog.regclass::text AS relation
    FROM pg_catalog.pg_proc p
    LEFT JOIN pg_catalog.pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal
    WHERE p.pronamespace = pg_catalog.to_regnamespace('sluice') AND pg_catalog.starts_with(p.proname::text, 'note ')${which}
  LOOP
    IF found.trigger IS NOT NULL THEN EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', found.trigger, found.relation); END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgfoid = found.called::pg_catalog.regprocedure) THEN
      EXECUTE pg_catalog.format('DROP FUNCTION %s', found.called);
    END IF;
  END LOOP;
END $sluice$`,
  ];
}
