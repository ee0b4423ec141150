-- System module: company, code tables, number ranges, periods, users, log, notes and extra fields.
-- The ERP has no foreign keys: its programs keep the tables together, mostly.
-- Every table has "XSECRT": internal to the house, must never leave it.

CREATE TABLE "CMPMAS" (
  "COMPNY" CHAR(2)     NOT NULL,
  "CMPNAM" VARCHAR(40) NOT NULL,
  "CURCD"  CHAR(3)     NOT NULL,
  "CRYCD"  CHAR(2)     NOT NULL,
  "BUSDT"  INTEGER     NOT NULL,  -- business date YYYYMMDD; order entry never dates anything before it
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CMPMAS',
  PRIMARY KEY ("COMPNY")
);
COMMENT ON TABLE "CMPMAS" IS 'Company master';

-- One table for all code lists. Some codes live in the programs only and are missing here
-- (order status 40 is one), and nothing forces a row to use a code that is listed.
CREATE TABLE "CODTAB" (
  "TABID"  CHAR(6)     NOT NULL,  -- usually the name of the column that carries the code
  "CODE"   CHAR(8)     NOT NULL,
  "LANGCD" CHAR(1)     NOT NULL,  -- D or E
  "CODTXT" VARCHAR(40) NOT NULL,
  "SORTNO" SMALLINT    NOT NULL DEFAULT 0,
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CODTAB',
  PRIMARY KEY ("TABID", "CODE", "LANGCD")
);
COMMENT ON TABLE "CODTAB" IS 'Code tables';

CREATE TABLE "NUMRNG" (
  "COMPNY" CHAR(2)  NOT NULL,
  "RNGID"  CHAR(6)  NOT NULL,     -- ORDNO, SHPNO, INVNO, PAYNO, JRNNO, CUSNO
  "LSTNO"  BIGINT   NOT NULL,     -- last number handed out; programs lock the row
  "MAXNO"  BIGINT   NOT NULL,
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-NUMRNG',
  PRIMARY KEY ("COMPNY", "RNGID")
);
COMMENT ON TABLE "NUMRNG" IS 'Number ranges';

CREATE TABLE "PERIOD" (
  "COMPNY" CHAR(2)  NOT NULL,
  "PERYR"  SMALLINT NOT NULL,
  "PERMO"  SMALLINT NOT NULL,
  "PERST"  CHAR(1)  NOT NULL,     -- O open, C closed; a month without a row counts as open
  "CLSDT"  INTEGER  NOT NULL,     -- YYYYMMDD it was closed, 0 = not
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-PERIOD',
  PRIMARY KEY ("COMPNY", "PERYR", "PERMO")
);
COMMENT ON TABLE "PERIOD" IS 'Accounting periods';

CREATE TABLE "USRMAS" (
  "USRID"  CHAR(8)     NOT NULL,
  "USRNAM" VARCHAR(30) NOT NULL,
  "PASSWD" CHAR(10)    NOT NULL,  -- plain text since 1994
  "COMPNY" CHAR(2)     NOT NULL,  -- blank = every company
  "USRGRP" CHAR(4)     NOT NULL,
  "LCKFLG" CHAR(1)     NOT NULL DEFAULT '',  -- Y locked, N or blank not
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-USRMAS',
  PRIMARY KEY ("USRID")
);
COMMENT ON TABLE "USRMAS" IS 'Users';

CREATE TABLE "SYSLOG" (
  "LOGNO"  BIGINT GENERATED ALWAYS AS IDENTITY,
  "COMPNY" CHAR(2)     NOT NULL,
  "LOGTS"  TIMESTAMP   NOT NULL,  -- local time Europe/Berlin, no zone stored
  "USRID"  CHAR(8)     NOT NULL,
  "PGMNAM" CHAR(10)    NOT NULL,
  "ACTCD"  CHAR(3)     NOT NULL,  -- ADD, CHG, CAN, HLD, IMP
  "OBJREF" VARCHAR(40) NOT NULL,  -- a reference inside a string: 'OEHDR,0000100001'
  "LOGTXT" VARCHAR(80),
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-SYSLOG',
  PRIMARY KEY ("LOGNO")
);
COMMENT ON TABLE "SYSLOG" IS 'Audit log';

-- Notes of everything: the parent is found through the type column.
CREATE TABLE "NOTES" (
  "COMPNY" CHAR(2)      NOT NULL,
  "OBJTY"  CHAR(2)      NOT NULL,  -- OH order, SH shipment, IH invoice, CU customer, IT item
  "OBJKEY" CHAR(15)     NOT NULL,  -- the parent's number as text, blank-padded
  "SEQNO"  SMALLINT     NOT NULL,
  "NOTTXT" VARCHAR(120) NOT NULL,
  "INTFLG" CHAR(1)      NOT NULL DEFAULT '',  -- Y internal, N or blank may be shown
  "CRTUSR" CHAR(8)      NOT NULL,
  "CRTDT"  INTEGER      NOT NULL,
  "DELFLG" CHAR(1)      NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)     NOT NULL DEFAULT 'SECRET-NOTES',
  PRIMARY KEY ("COMPNY", "OBJTY", "OBJKEY", "SEQNO")
);
COMMENT ON TABLE "NOTES" IS 'Notes of orders, shipments, invoices, customers, items';

-- Extra fields, one row per value, added when nobody dared to alter a table any more.
CREATE TABLE "XTRFLD" (
  "COMPNY" CHAR(2)      NOT NULL,
  "TABNAM" CHAR(6)      NOT NULL,  -- CUSMAS, ITMMAS, OEHDR
  "KEYVAL" CHAR(15)     NOT NULL,
  "FLDNAM" CHAR(10)     NOT NULL,
  "FLDVAL" VARCHAR(100),           -- numbers and dates are text here
  "XSECRT" CHAR(16)     NOT NULL DEFAULT 'SECRET-XTRFLD',
  PRIMARY KEY ("COMPNY", "TABNAM", "KEYVAL", "FLDNAM")
);
COMMENT ON TABLE "XTRFLD" IS 'Extra fields by table and key';
