-- Item module: item master, its later extension, texts by language, units of measure.

CREATE TABLE "ITMGRP" (
  "COMPNY" CHAR(2)     NOT NULL,
  "ITMGRP" CHAR(4)     NOT NULL,
  "GRPTXT" VARCHAR(30) NOT NULL,
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-ITMGRP',
  PRIMARY KEY ("COMPNY", "ITMGRP")
);
COMMENT ON TABLE "ITMGRP" IS 'Item groups';

CREATE TABLE "ITMMAS" (
  "COMPNY" CHAR(2)     NOT NULL,
  "ITMNO"  CHAR(15)    NOT NULL,   -- shorter than the column: blank-padded
  "ITMDS"  VARCHAR(40) NOT NULL,   -- German; other languages in ITMTXT
  "ITMGRP" CHAR(4)     NOT NULL,
  "ITMTY"  CHAR(1)     NOT NULL,   -- S stock, N non-stock, V service
  "UOMCD"  CHAR(3)     NOT NULL,   -- base unit
  "EANNO"  CHAR(13)    NOT NULL DEFAULT '',
  "ATRBIT" INTEGER     NOT NULL DEFAULT 0,  -- bits: 1 hazardous, 2 flammable, 4 batch-managed, 8 bulky, 16 chilled
  "WGTGR"  INTEGER     NOT NULL DEFAULT 0,  -- grams per base unit
  "CSTPR"  BIGINT      NOT NULL,   -- purchase price, cents per base unit: internal
  "LSTPR"  BIGINT      NOT NULL,   -- list price, cents per base unit
  "VATCD"  CHAR(1)     NOT NULL DEFAULT '1',
  "SUPNO"  CHAR(8)     NOT NULL,
  "WEBFLG" CHAR(1)     NOT NULL DEFAULT '',  -- Y sold online, N or blank not
  "CRTDT"  INTEGER     NOT NULL,
  "DSCDT"  INTEGER     NOT NULL DEFAULT 0,   -- discontinued from YYYYMMDD, 0 = not
  "CHGDT"  INTEGER     NOT NULL,
  "CHGTM"  INTEGER     NOT NULL,
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-ITMMAS',
  PRIMARY KEY ("COMPNY", "ITMNO")
);
COMMENT ON TABLE "ITMMAS" IS 'Item master';

-- One to one with ITMMAS, bolted on for the web shop in 2016: its types are from another age.
CREATE TABLE "ITMEXT" (
  "COMPNY" CHAR(2)       NOT NULL,
  "ITMNO"  CHAR(15)      NOT NULL,
  "WEBNAM" TEXT,
  "PUBFLG" BOOLEAN       NOT NULL,
  "PUBDT"  DATE,
  "LENMM"  INTEGER,
  "WIDMM"  INTEGER,
  "HGTMM"  INTEGER,
  "RTGAVG" NUMERIC(3,2),
  "XSECRT" CHAR(16)      NOT NULL DEFAULT 'SECRET-ITMEXT',
  PRIMARY KEY ("COMPNY", "ITMNO")
);
COMMENT ON TABLE "ITMEXT" IS 'Item extension of the web shop';

CREATE TABLE "ITMTXT" (
  "COMPNY" CHAR(2)      NOT NULL,
  "ITMNO"  CHAR(15)     NOT NULL,
  "LANGCD" CHAR(1)      NOT NULL,  -- D, E, F; not every item has every language
  "TXTTY"  CHAR(1)      NOT NULL,  -- S short, L long
  "ITXT"   VARCHAR(200) NOT NULL,
  "XSECRT" CHAR(16)     NOT NULL DEFAULT 'SECRET-ITMTXT',
  PRIMARY KEY ("COMPNY", "ITMNO", "LANGCD", "TXTTY")
);
COMMENT ON TABLE "ITMTXT" IS 'Item texts by language';

CREATE TABLE "UOMTAB" (
  "UOMCD"  CHAR(3)     NOT NULL,
  "ISOCD"  CHAR(3)     NOT NULL,   -- UN/ECE recommendation 20
  "UOMTXT" VARCHAR(20) NOT NULL,
  "DECPL"  SMALLINT    NOT NULL,   -- decimals shown; quantities are always stored times 1000
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-UOMTAB',
  PRIMARY KEY ("UOMCD")
);
COMMENT ON TABLE "UOMTAB" IS 'Units of measure';

CREATE TABLE "ITMUOM" (
  "COMPNY" CHAR(2)  NOT NULL,
  "ITMNO"  CHAR(15) NOT NULL,
  "UOMCD"  CHAR(3)  NOT NULL,
  "UOMFC"  INTEGER  NOT NULL,      -- base units in one of these, times 1000
  "SLSFLG" CHAR(1)  NOT NULL DEFAULT '',  -- Y may be sold in this unit
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-ITMUOM',
  PRIMARY KEY ("COMPNY", "ITMNO", "UOMCD")
);
COMMENT ON TABLE "ITMUOM" IS 'Units of items with factors';
