/** webERP's demo database, read from the dump beside this checkout. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.ts";

/** A copy of the caller's own. `sharedErp` is the folder that `describeWith("sharedErp", ...)` gives. */
export function createWebErp(mariadbUrl: string, sharedErp: string): Promise<MariadbDatabase> {
  // The dump's first two lines create and use a database of a fixed name.
  const sql = readFileSync(join(sharedErp, "weberp", "weberp-demo.sql"), "utf8").split("\n").slice(2).join("\n");
  return createMariadbDatabase(mariadbUrl, { name: "weberp", sql });
}

/** Values that lie in the ERP and that no answer may hold: put where nothing was, so that each can be looked for. */
export const planted = ["PLANTED-USER", "PLANTED-EDI", "PLANTED-COST", "PLANTED-NOTE"];

export const plantSecrets = `
  UPDATE www_users SET password = 'PLANTED-USER';
  UPDATE debtorsmaster SET ediserverpwd = 'PLANTED-EDI', ediserveruser = 'PLANTED-EDI', ediaddress = 'PLANTED-EDI';
  UPDATE stockmaster SET appendfile = 'PLANTED-COST';
  UPDATE locations SET contact = 'PLANTED-NOTE', email = 'PLANTED-NOTE';
  UPDATE locstock SET bin = 'PLANTED-NO';
  UPDATE custbranch SET custbranchcode = 'PLANTED-NOTE';`;
