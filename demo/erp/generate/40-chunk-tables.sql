-- Working tables of one chunk of orders; refilled for each. Everything later is derived from these.

-- One row per order: who, when, and how far it has come. Days count from 1 January 2019.
CREATE TEMP TABLE gen_ord (
  n INTEGER, key BIGINT, ordno TEXT, compny TEXT, k INTEGER, day INTEGER, sec INTEGER, nl INTEGER, qt BOOLEAN,
  split BOOLEAN, d1 INTEGER, d2 INTEGER, src TEXT, st TEXT, held BOOLEAN, whsno TEXT
);
-- One row per order line with its amounts in cents; q1 goes with the first shipment, the rest with the second.
CREATE TEMP TABLE gen_lin (
  n INTEGER, l INTEGER, itmno TEXT, itmds TEXT, q INTEGER, q1 INTEGER, uomcd TEXT, uomfc INTEGER, untpr BIGINT,
  amt BIGINT, amt1 BIGINT, cost BIGINT, wgt BIGINT, del BOOLEAN,
  dscpc NUMERIC(5,2)
);
-- One row per shipment; shday NULL = not shipped yet.
CREATE TEMP TABLE gen_shp (
  n INTEGER, s INTEGER, shpno INTEGER, plday INTEGER, shday INTEGER, picked BOOLEAN, key BIGINT
);
-- One row per invoice or credit note, amounts in cents without sign.
CREATE TEMP TABLE gen_inv (
  n INTEGER, s INTEGER, key BIGINT, invno TEXT, ty TEXT, org TEXT, shpno INTEGER, day INTEGER, net BIGINT, frt BIGINT,
  vatpc INTEGER, vat BIGINT, single BOOLEAN, credited BOOLEAN
);
-- One row per open item with what was paid of it, signed; payno NULL = nothing came.
CREATE TEMP TABLE gen_ar (
  key BIGINT, invno TEXT, ty TEXT, cusno TEXT, curcd TEXT, day INTEGER, due INTEGER, amt BIGINT, paid BIGINT, payday INTEGER,
  bounced BOOLEAN, n INTEGER, payno BIGINT
);
