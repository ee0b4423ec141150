/** webERP's demo database, read from the dump beside this checkout. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addFootprint } from "../../support/footprint.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.ts";

/** A copy of the caller's own, with the gateway's footprint in it. `sharedErp` is the folder that `describeWith("sharedErp", ...)` gives. */
export async function createWebErp(mariadbUrl: string, sharedErp: string): Promise<MariadbDatabase> {
  // The dump's first two lines create and use a database of a fixed name.
  const sql = readFileSync(join(sharedErp, "weberp", "weberp-demo.sql"), "utf8")
    .split("\n")
    .slice(2)
    .join("\n");
  const database = await createMariadbDatabase(mariadbUrl, { name: "weberp", sql });
  await addFootprint("mariadb", database.run);
  return database;
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

/**
 * What the demo data lacks: every status, floats that are no whole cents, characters outside ASCII, zero dates, prices of
 * both partners.
 */
export const furtherRows = `
  SET sql_mode = '';
  INSERT INTO salesorders (orderno, debtorno, branchcode, customerref, buyername, comments, orddate, ordertype, shipvia, deladd1, deliverto, freightcost, fromstkloc, deliverydate, confirmeddate, printedpackingslip, quotation, salesperson) VALUES
    (101, 'ANGRY', 'ANGRY', 'Q/1', 'Zoë', NULL, '2013-03-01', 'DE', 1, 'Straße 1', 'Angus &amp; &quot;Son&quot;', 0.1, 'TOR', '0000-00-00', '0000-00-00', 0, 1, 'ERI'),
    (102, 'ANGRY', 'ANGRY', 'Q/2', NULL, 'naïve', '0000-00-00', 'DE', 1, '', 'Angus', 12.345, 'TOR', '2013-04-01', '2013-04-02', 0, 0, 'ERI'),
    (103, 'ANGRY', 'ANGRYFL', 'Q/3', '', '', '2013-03-01', 'DE', 1, '', 'Angus', 0, 'TOR', '2013-04-01', '2013-04-02', 1, 0, 'ERI'),
    (104, 'DUMBLE', 'DUMBLE', '', NULL, NULL, '2013-03-02', 'DE', 1, '', 'D', 0, 'TOR', '2013-04-01', '2013-04-02', 1, 0, 'ERI'),
    (105, 'ANGRY', 'ANGRY', '', NULL, NULL, '2013-03-03', 'DE', 1, '', 'Nothing on it', 0, 'TOR', '2013-04-01', '2013-04-02', 0, 0, 'ERI');
  INSERT INTO salesorderdetails (orderlineno, orderno, stkcode, qtyinvoiced, unitprice, quantity, discountpercent, completed, narrative, itemdue, poline) VALUES
    (0, 101, 'BREAD', 0, 0.1, 3, 0, 0, NULL, NULL, 'A1'), (0, 102, 'BREAD', 0, 1.005, 1, 0.125, 0, '', '0000-00-00', ''),
    (0, 103, 'BREAD', 1, 2.5, 4, 0, 0, 'half', '2013-03-05', '0'), (1, 103, 'SALT', 0, 700, 0.001, 0, 0, '', '2013-03-05', '0'), (0, 104, 'BREAD', 0, 1, 1, 0, 0, '', NULL, NULL);
  INSERT INTO debtortrans (transno, type, debtorno, branchcode, trandate, inputdate, order_, rate, ovamount, ovgst, ovfreight, ovdiscount, alloc, reference) VALUES
    (50, 10, 'ANGRY', 'ANGRY', '2013-03-04', '2013-03-04 12:00:00', 0, 1, 0.1, 0.2, 0, 0, 0, ''), (51, 10, 'DUMBLE', 'DUMBLE', '2013-03-04', '2013-03-04 12:00:00', 104, 0.5, 1.005, 0, 0.1, -0.3, 0.1, ''),
    (50, 12, 'ANGRY', '', '2013-03-04', '2013-03-04 12:00:00', 0, 1, -0.7, 0, 0, -0.1, -0.2, 'Überweisung'), (50, 11, 'ANGRY', '', '2013-03-04', '2013-03-04 12:00:00', 0, 1, -5, 0, 0, 0, 0, 'credit note');
  INSERT INTO prices (stockid, typeabbrev, currabrev, debtorno, price, branchcode, startdate, enddate) VALUES
    ('BREAD', 'DE', 'USD', 'ANGRY', 4.2500, '', '2013-01-01', '2013-12-31'), ('BREAD', 'DE', 'USD', 'ANGRY', 4.5000, 'ANGRYFL', '2014-01-01', '9999-12-31'),
    ('BREAD', 'DE', 'USD', 'QUICK', 1.2345, '', '0000-00-00', '0000-00-00');
  UPDATE locstock SET quantity = 2.00005 WHERE loccode = 'AN' AND stockid = 'SALT';
  UPDATE stockmaster SET barcode = 'ÄÖ-1' WHERE stockid = 'SALT';`;
