/** The depot's tables on Postgres, and parcels to begin with: `P1`, `P2`, ... of the customers C1 to C4 in turn. */

export const tables = `
  CREATE TABLE customer (cusno CHAR(8) PRIMARY KEY, name VARCHAR(40) NOT NULL);
  CREATE TABLE parcel (parno CHAR(10) PRIMARY KEY, cusno CHAR(8) NOT NULL, moves INTEGER NOT NULL, place VARCHAR(40) NOT NULL);
  CREATE INDEX ON parcel (cusno, parno);
  CREATE TABLE parcel_item (parno CHAR(10) NOT NULL, itemno INTEGER NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (parno, itemno));
  INSERT INTO customer SELECT 'C' || n, 'Customer ' || n FROM generate_series(1, 4) n;`;

export const parcelsToBeginWith = (count: number): string => `
  INSERT INTO parcel SELECT 'P' || n, 'C' || 1 + n % 4, 0, 'ramp' FROM generate_series(1, ${count}) n;
  INSERT INTO parcel_item SELECT 'P' || n, i, 1 FROM generate_series(1, ${count}) n, generate_series(1, 2) i;`;
