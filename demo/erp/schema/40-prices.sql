-- Price module: list prices for everybody and a customer's own prices in one table.

CREATE TABLE "PRCHDR" (
  "COMPNY" CHAR(2)     NOT NULL,
  "PRCLST" CHAR(6)     NOT NULL,   -- LIST the general one, NET customers' own
  "PRCTXT" VARCHAR(30) NOT NULL,
  "CURCD"  CHAR(3)     NOT NULL,
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-PRCHDR',
  PRIMARY KEY ("COMPNY", "PRCLST")
);
COMMENT ON TABLE "PRCHDR" IS 'Price lists';

CREATE TABLE "PRCLIN" (
  "COMPNY" CHAR(2)  NOT NULL,
  "PRCLST" CHAR(6)  NOT NULL,
  "CUSNO"  CHAR(8)  NOT NULL,      -- blank = for everybody
  "ITMNO"  CHAR(15) NOT NULL,
  "VALFR"  INTEGER  NOT NULL,      -- valid from YYYYMMDD, 0 = ever since
  "VALTO"  INTEGER  NOT NULL,      -- valid to, 0 or 99999999 = open: two programs, two habits
  "MINQT"  INTEGER  NOT NULL,      -- from this quantity of base units, times 1000
  "PRICE"  BIGINT   NOT NULL,      -- cents per base unit
  "CHGDT"  INTEGER  NOT NULL DEFAULT 0,
  "DELFLG" CHAR(1)  NOT NULL DEFAULT '',
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-PRCLIN',
  PRIMARY KEY ("COMPNY", "PRCLST", "CUSNO", "ITMNO", "VALFR", "MINQT")
);
COMMENT ON TABLE "PRCLIN" IS 'Prices with validity';
