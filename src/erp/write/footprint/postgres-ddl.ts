/** The footprint on Postgres: a schema of its own. */

import type { FootprintVersions, NameOf } from "../footprint.ts";

export function postgresFootprint(nameOf: NameOf): FootprintVersions {
  return [
    [
      { about: "All of it is in a schema of its own.", text: "CREATE SCHEMA IF NOT EXISTS sluice" },
      {
        about: "Which version of the tables this is, and from when on answers are kept.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("footprint")} (
  id                SMALLINT    PRIMARY KEY CHECK (id = 1),
  version           INTEGER     NOT NULL,
  installed_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  answers_kept_from TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01'
)`,
      },
      // Room on each page, so that forgetting an answer needs no new index entries; answers of some lines stay beside their row.
      {
        about: "The receipt of a write, committed by the transaction that wrote: it makes a repeated request a replay. `answer` is encrypted.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("receipt")} (
  key_hash    UUID        PRIMARY KEY,
  created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
  status      SMALLINT    NOT NULL,
  partner     TEXT        NOT NULL,
  command     TEXT        NOT NULL,
  fingerprint BYTEA       NOT NULL,
  scopes      TEXT        NOT NULL,
  made        TEXT,
  answer      BYTEA
) WITH (fillfactor = 90, toast_tuple_target = 4080)`,
      },
      {
        about: "What is encrypted cannot be compressed.",
        text: `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = '${nameOf("receipt")}'::regclass AND attname = 'answer' AND attstorage <> 'e') THEN
    ALTER TABLE ${nameOf("receipt")} ALTER COLUMN answer SET STORAGE EXTERNAL;
  END IF;
END $$`,
      },
      // A BRIN would be smaller, but once answers are forgotten new rows fill the pages of old ones. New entries of this
      // one all go to its right edge, however many there are.
      { about: "Finds receipts that are due to be forgotten.", text: `CREATE INDEX IF NOT EXISTS receipt_created_at ON ${nameOf("receipt")} (created_at)` },
      {
        about: "What waits in one of the ERP's import tables, and how it ended. Times in milliseconds since 1970.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("operation")} (
  key_hash    BYTEA  PRIMARY KEY,
  partner     TEXT   NOT NULL,
  resource    TEXT   NOT NULL,
  command     TEXT   NOT NULL,
  staged_key  TEXT   NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed', 'dead_letter')),
  result      TEXT,
  deadline_ms BIGINT NOT NULL,
  created_ms  BIGINT NOT NULL,
  looked_ms   BIGINT NOT NULL,
  ended_ms    BIGINT
)`,
      },
      {
        about: "Finds those that have not ended, longest unlooked-at first.",
        text: `CREATE INDEX IF NOT EXISTS operation_pending ON ${nameOf("operation")} (looked_ms) WHERE state = 'pending'`,
      },
      {
        about: "Finds those that ended long ago.",
        text: `CREATE INDEX IF NOT EXISTS operation_ended ON ${nameOf("operation")} (ended_ms) WHERE ended_ms IS NOT NULL`,
      },
      {
        about: "Fields that both sides changed, and what was done about it. `sealed` holds the values, encrypted.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("conflict")} (
  id             TEXT   PRIMARY KEY,
  state          TEXT   NOT NULL CHECK (state IN ('open', 'resolved')),
  partner        TEXT   NOT NULL,
  resource       TEXT   NOT NULL,
  thing          TEXT   NOT NULL,
  field          TEXT   NOT NULL,
  command        TEXT   NOT NULL,
  rule           TEXT   NOT NULL,
  outcome        TEXT   NOT NULL,
  sealed         BYTEA  NOT NULL,
  created_at_ms  BIGINT NOT NULL,
  resolved_at_ms BIGINT,
  resolved_by    TEXT,
  took           TEXT,
  note           TEXT
)`,
      },
      {
        about: "Lists them, open ones first.",
        text: `CREATE INDEX IF NOT EXISTS conflict_by_state ON ${nameOf("conflict")} (state, created_at_ms, id)`,
      },
      {
        about: "What partners last wrote into fields of their own: shows when the ERP overwrites one.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("written")} (
  resource      TEXT   NOT NULL,
  thing         TEXT   NOT NULL,
  field         TEXT   NOT NULL,
  partner       TEXT   NOT NULL,
  command       TEXT   NOT NULL,
  digest        TEXT   NOT NULL,
  seen          TEXT,
  sealed        BYTEA,
  written_at_ms BIGINT NOT NULL,
  PRIMARY KEY (resource, thing, field)
)`,
      },
    ],
    // Written by everybody who writes in the ERP, read and deleted by the gateway alone. The index is for the rest of a transaction.
    [
      {
        about: "What has changed in the ERP's tables and is not yet recorded by the gateway: triggers append to it, the gateway deletes.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("change")} (
  id             BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction_id BIGINT      NOT NULL,
  noted_at       TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  relation       TEXT        NOT NULL,
  operation      TEXT        NOT NULL CHECK (operation IN ('insert', 'update', 'delete', 'truncate')),
  origin         TEXT        NOT NULL CHECK (origin IN ('api', 'erp')),
  thing          TEXT        COLLATE "C",
  old_image      JSONB,
  new_image      JSONB,
  fault          TEXT
)`,
      },
      {
        about: "Finds the other rows of a thing in the same transaction.",
        text: `CREATE INDEX IF NOT EXISTS change_transaction ON ${nameOf("change")} (transaction_id, thing)`,
      },
    ],
  ];
}
