-- Customer module: customer master, groups, ship-to addresses, contacts.

CREATE TABLE "CUSGRP" (
  "COMPNY" CHAR(2)     NOT NULL,
  "CUSGRP" CHAR(4)     NOT NULL,
  "GRPTXT" VARCHAR(30) NOT NULL,
  "DSCPC"  NUMERIC(5,2) NOT NULL,  -- group discount in percent
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CUSGRP',
  PRIMARY KEY ("COMPNY", "CUSGRP")
);
COMMENT ON TABLE "CUSGRP" IS 'Customer groups';

-- Both companies count their customers from C0000001: the number alone says nothing.
CREATE TABLE "CUSMAS" (
  "COMPNY" CHAR(2)     NOT NULL,
  "CUSNO"  CHAR(8)     NOT NULL,
  "CUSNM1" VARCHAR(35),            -- nullable since a conversion in 2003
  "CUSNM2" VARCHAR(35),
  "SRCHNM" CHAR(12)    NOT NULL,   -- upper case, umlauts spelt out
  "STREET" VARCHAR(35) NOT NULL,
  "ZIPCD"  CHAR(10)    NOT NULL,
  "CITY"   VARCHAR(30) NOT NULL,
  "CRYCD"  CHAR(2)     NOT NULL,
  "LANGCD" CHAR(1)     NOT NULL,   -- D, E or F
  "VATID"  CHAR(14)    NOT NULL DEFAULT '',
  "VATCD"  CHAR(1)     NOT NULL,   -- 1 domestic 19 %, 0 none
  "CUSGRP" CHAR(4)     NOT NULL,
  "BILTO"  CHAR(8)     NOT NULL,   -- who pays; blank = the customer itself
  "CURCD"  CHAR(3)     NOT NULL,   -- prices have no exchange rate: one number, whatever the currency
  "PAYTRM" CHAR(3)     NOT NULL,
  "DSCPC"  NUMERIC(5,2) NOT NULL DEFAULT 0,
  "CRDLIM" BIGINT      NOT NULL,   -- credit limit in cents, 0 = none set
  "SLSMN"  CHAR(4)     NOT NULL,
  "EMAIL"  VARCHAR(60),
  "PHONE"  VARCHAR(20),
  "BLKFLG" CHAR(1)     NOT NULL DEFAULT '',  -- Y blocked for orders, N or blank free
  "CRTDT"  INTEGER     NOT NULL,
  "CHGDT"  INTEGER     NOT NULL,   -- 0 = never changed
  "CHGTM"  INTEGER     NOT NULL,   -- HHMMSS without leading zeros, local time
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',  -- D soft-deleted
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CUSMAS',
  PRIMARY KEY ("COMPNY", "CUSNO")
);
COMMENT ON TABLE "CUSMAS" IS 'Customer master';

CREATE TABLE "CUSSHP" (
  "COMPNY" CHAR(2)     NOT NULL,
  "CUSNO"  CHAR(8)     NOT NULL,
  "SHPSQ"  SMALLINT    NOT NULL,   -- 1..999; an order's 0 means the customer's own address
  "SHNAM"  VARCHAR(35) NOT NULL,
  "SHSTR"  VARCHAR(35) NOT NULL,
  "SHZIP"  CHAR(10)    NOT NULL,
  "SHCTY"  VARCHAR(30) NOT NULL,
  "SHCRY"  CHAR(2)     NOT NULL,
  "GLNNO"  CHAR(13)    NOT NULL DEFAULT '',
  "DFTFLG" CHAR(1)     NOT NULL DEFAULT 'N',  -- Y, N
  "CHGDT"  INTEGER     NOT NULL DEFAULT 0,
  "CHGTM"  INTEGER     NOT NULL DEFAULT 0,
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CUSSHP',
  PRIMARY KEY ("COMPNY", "CUSNO", "SHPSQ")
);
COMMENT ON TABLE "CUSSHP" IS 'Ship-to addresses';

CREATE TABLE "CUSCON" (
  "COMPNY" CHAR(2)     NOT NULL,
  "CUSNO"  CHAR(8)     NOT NULL,
  "CONSQ"  SMALLINT    NOT NULL,
  "TITLCD" CHAR(1)     NOT NULL,   -- 1 Herr, 2 Frau, blank unknown: known to the print programs only
  "FSTNAM" VARCHAR(25),
  "LSTNAM" VARCHAR(25) NOT NULL,
  "FUNCCD" CHAR(3)     NOT NULL,   -- EK purchasing, BH accounts, LG warehouse, GF owner
  "EMAIL"  VARCHAR(60),
  "PHONE"  VARCHAR(20),
  "NEWSLT" SMALLINT    NOT NULL DEFAULT 0,  -- 0 or 1: added by another supplier
  "BRTHDT" INTEGER     NOT NULL DEFAULT 0,  -- YYYYMMDD, 0 unknown
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CUSCON',
  PRIMARY KEY ("COMPNY", "CUSNO", "CONSQ")
);
COMMENT ON TABLE "CUSCON" IS 'Contacts of customers';
