/** Triggers on MariaDB that append to the `sluice_change` table: three for each watched table, since each is for one kind of change. */

import { dialects } from "../dialects/dialects.ts";
import type { FootprintStatement } from "../write/footprint.ts";
import { namesIn } from "../write/footprint.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { listingName, type TriggerPlace, tableName, triggerName } from "./trigger-names.ts";

type Event = "insert" | "update" | "delete";

export const mariadbEvents: readonly Event[] = ["insert", "update", "delete"];

const { quote } = dialects.mariadb;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Statements in order that put in place what watches a table, or replace it. */
export function mariadbTriggers(place: TriggerPlace, watched: CapturedTable): readonly FootprintStatement[] {
  return mariadbEvents.map((event) => ({ about: abouts[event](watched.table), text: trigger(place, watched, event) }));
}

const abouts: Readonly<Record<Event, (table: string) => string>> = {
  insert: (table) => `Notes rows that come into ${table}.`,
  update: (table) => `Notes what changes in rows of ${table}: of these columns the values before and after.`,
  delete: (table) => `Notes rows that leave ${table}.`,
};

/** What a session has begun and ended. Few: each is compared with the name of each status variable. */
const counters = ["BEGIN", "COMMIT", "ROLLBACK", "XA_COMMIT"];

/**
 * The server tells nobody but its administrators which transaction this is. What a session has begun and ended so far does:
 * that is looked up once for each statement (`NOW(6)` is the moment it began), and outside of a transaction not at all, where
 * each statement is one of its own. Not told apart: what a definition (DDL) divides in a session without autocommit.
 *
 * Images hold the bytes that each value is written in, as hexadecimals: no character set, no binary value and no zero date gets
 * lost on the way. A TIMESTAMP is written in the session's zone, which is noted with it.
 */
function trigger(place: TriggerPlace, { table, columns, thing, digest }: CapturedTable, event: Event): string {
  const changes = namesIn(place)("change");
  const image = (row: "OLD" | "NEW"): string => `JSON_OBJECT(${columns.map((column) => `${text(column)}, HEX(CONCAT(${row}.${quote(column)}))`).join(", ")})`;
  const row = event === "delete" ? "OLD" : "NEW";
  const known = thing.length === 0 ? "NULL" : `LEFT(CONCAT_WS('~', ${thing.map((column) => `HEX(CONCAT(RTRIM(${row}.${quote(column)})))`).join(", ")}), 190)`;
  return `CREATE OR REPLACE TRIGGER ${schemaOf(place)}${quote(triggerName(table, event))} AFTER ${event.toUpperCase()} ON ${tableName(place, table)} FOR EACH ROW
BEGIN
  DECLARE made_of CHAR(16) DEFAULT '${digest}';
  DECLARE counted BIGINT;
  DECLARE old_row MEDIUMTEXT CHARACTER SET utf8mb4 DEFAULT ${event === "insert" ? "NULL" : image("OLD")};
  DECLARE new_row MEDIUMTEXT CHARACTER SET utf8mb4 DEFAULT ${event === "delete" ? "NULL" : image("NEW")};
  IF NOT old_row <=> new_row THEN
    IF @@in_transaction = 0 THEN
      IF NOT @sluice_statement <=> CONCAT(NOW(6)) THEN SET @sluice_transaction = UUID_SHORT(); END IF;
      SET @sluice_counted = NULL;
    ELSEIF NOT @sluice_statement <=> CONCAT(NOW(6)) THEN
      SELECT SUM(VARIABLE_VALUE) INTO counted FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN (${counters.map((name) => text(`COM_${name}`)).join(", ")});
      IF NOT @sluice_counted <=> counted THEN SET @sluice_transaction = UUID_SHORT(); END IF;
      SET @sluice_counted = counted;
    END IF;
    SET @sluice_statement = CONCAT(NOW(6));
    INSERT INTO ${changes} (transaction_id, noted_at, relation, operation, origin, zone, thing, old_image, new_image)
    VALUES (@sluice_transaction, UTC_TIMESTAMP(6), ${text(table)}, '${event}', IF(@sluice_origin <=> 'api', 'api', 'erp'), @@session.time_zone, ${known}, old_row, new_row);
  END IF;
END`;
}

/** Whoever may not change triggers is not shown them: this shows which there are, and what they are made of. */
export function mariadbListing(place: TriggerPlace): FootprintStatement {
  return {
    about: "Shows the gateway's account which of these triggers there are: without the right to change triggers it would see none.",
    text: `CREATE OR REPLACE FUNCTION ${listingName(place)}() RETURNS MEDIUMTEXT CHARACTER SET utf8mb4 READS SQL DATA SQL SECURITY DEFINER
RETURN (SELECT JSON_ARRAYAGG(JSON_ARRAY(TRIGGER_NAME, EVENT_OBJECT_TABLE, LOWER(EVENT_MANIPULATION), REGEXP_SUBSTR(ACTION_STATEMENT, '(?<=made_of CHAR\\\\(16\\\\) DEFAULT .)[0-9a-f]{16}')))
  FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'sluice %')`,
  };
}

/** Takes away the triggers of these names. */
export function dropMariadbTriggers(place: TriggerPlace, names: readonly string[]): readonly string[] {
  return names.map((name) => `DROP TRIGGER IF EXISTS ${schemaOf(place)}${quote(name)}`);
}

function schemaOf({ schema }: TriggerPlace): string {
  return schema === undefined ? "" : `${quote(schema)}.`;
}
