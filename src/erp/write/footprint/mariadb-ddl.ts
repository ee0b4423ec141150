/** The footprint on MariaDB and MySQL: tables in the ERP's own database, with a prefix. */

import type { FootprintVersions, NameOf } from "../footprint.ts";

/** Whatever the database's own defaults are. */
const table = "ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
const word = "CHARACTER SET ascii COLLATE ascii_bin";

/** Indexes stand in the tables: MySQL makes none that may be there already. */
export function mariadbFootprint(nameOf: NameOf): FootprintVersions {
  return [
    [
      {
        about: "Which version of the tables this is, and from when on answers are kept.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("footprint")} (
  id                TINYINT     NOT NULL PRIMARY KEY,
  version           INT         NOT NULL,
  installed_at      DATETIME    NOT NULL DEFAULT CURRENT_TIMESTAMP,
  answers_kept_from DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00'
) ${table}`,
      },
      // Rows lie in the order they come in: by their random hash they would be scattered over the whole table.
      {
        about: "The receipt of a write, committed by the transaction that wrote: it makes a repeated request a replay. `answer` is encrypted.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("receipt")} (
  id          BIGINT UNSIGNED   NOT NULL AUTO_INCREMENT PRIMARY KEY,
  key_hash    BINARY(16)        NOT NULL,
  created_at  DATETIME(6)       NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  status      SMALLINT UNSIGNED NOT NULL,
  partner     VARCHAR(64)       ${word} NOT NULL,
  command     VARCHAR(128)      ${word} NOT NULL,
  fingerprint BINARY(32)        NOT NULL,
  scopes      VARCHAR(1000)     ${word} NOT NULL,
  made        VARCHAR(2000),
  answer      LONGBLOB,
  UNIQUE KEY key_hash (key_hash),
  KEY created_at (created_at)
) ${table}`,
      },
      {
        about: "What waits in one of the ERP's import tables, and how it ended. Times in milliseconds since 1970.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("operation")} (
  key_hash    BINARY(16)   NOT NULL PRIMARY KEY,
  partner     VARCHAR(64)  ${word} NOT NULL,
  resource    VARCHAR(64)  ${word} NOT NULL,
  command     VARCHAR(64)  ${word} NOT NULL,
  staged_key  VARCHAR(255) NOT NULL,
  state       VARCHAR(16)  ${word} NOT NULL,
  result      TEXT,
  deadline_ms BIGINT       NOT NULL,
  created_ms  BIGINT       NOT NULL,
  looked_ms   BIGINT       NOT NULL,
  ended_ms    BIGINT,
  KEY pending (state, looked_ms),
  KEY ended (ended_ms)
) ${table}`,
      },
      {
        about: "Fields that both sides changed, and what was done about it. `sealed` holds the values, encrypted.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("conflict")} (
  id             VARCHAR(16)  ${word} NOT NULL PRIMARY KEY,
  state          VARCHAR(8)   ${word} NOT NULL,
  partner        VARCHAR(64)  ${word} NOT NULL,
  resource       VARCHAR(63)  ${word} NOT NULL,
  thing          VARCHAR(200) NOT NULL,
  field          VARCHAR(128) ${word} NOT NULL,
  command        VARCHAR(63)  ${word} NOT NULL,
  rule           VARCHAR(16)  ${word} NOT NULL,
  outcome        VARCHAR(8)   ${word} NOT NULL,
  sealed         MEDIUMBLOB   NOT NULL,
  created_at_ms  BIGINT       NOT NULL,
  resolved_at_ms BIGINT,
  resolved_by    VARCHAR(200),
  took           VARCHAR(8)   ${word},
  note           VARCHAR(1000),
  KEY by_state (state, created_at_ms, id)
) ${table}`,
      },
      {
        about: "What partners last wrote into fields of their own: shows when the ERP overwrites one.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("written")} (
  resource      VARCHAR(63)  ${word} NOT NULL,
  thing         VARCHAR(200) NOT NULL,
  field         VARCHAR(128) ${word} NOT NULL,
  partner       VARCHAR(64)  ${word} NOT NULL,
  command       VARCHAR(63)  ${word} NOT NULL,
  digest        VARCHAR(22)  ${word} NOT NULL,
  seen          VARCHAR(22)  ${word},
  sealed        MEDIUMBLOB,
  written_at_ms BIGINT       NOT NULL,
  PRIMARY KEY (resource, thing, field)
) ${table}`,
      },
    ],
    // Written by everybody who writes in the ERP, read and deleted by the gateway alone. The index is for the rest of a transaction.
    [
      {
        about: "What has changed in the ERP's tables and is not yet recorded by the gateway: triggers append to it, the gateway deletes.",
        text: `CREATE TABLE IF NOT EXISTS ${nameOf("change")} (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  transaction_id BIGINT UNSIGNED NOT NULL,
  noted_at       DATETIME(6)     NOT NULL,
  relation       VARCHAR(64)     NOT NULL,
  operation      VARCHAR(8)      ${word} NOT NULL,
  origin         VARCHAR(3)      ${word} NOT NULL,
  zone           VARCHAR(64)     ${word} NOT NULL,
  thing          VARCHAR(190),
  old_image      MEDIUMTEXT,
  new_image      MEDIUMTEXT,
  fault          TEXT,
  KEY change_transaction (transaction_id, thing)
) ${table}`,
      },
    ],
  ];
}
