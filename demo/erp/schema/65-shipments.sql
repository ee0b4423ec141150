-- Shipping module: carriers, shipment headers and lines. A shipment does not carry the customer:
-- whose it is says the order, which may be in the archive.

CREATE TABLE "CARMAS" (
  "CARCD"  CHAR(4)     NOT NULL,
  "CARNAM" VARCHAR(30) NOT NULL,
  "TRKURL" VARCHAR(80),            -- %1 stands for the tracking number
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-CARMAS',
  PRIMARY KEY ("CARCD")
);
COMMENT ON TABLE "CARMAS" IS 'Carriers';

-- No status column. "PCKFLG" blank and "SHPDT" 0: planned; "PCKFLG" Y and "SHPDT" 0: picked; "SHPDT" set: shipped.
CREATE TABLE "SHHDR" (
  "COMPNY" CHAR(2)     NOT NULL,
  "SHPNO"  INTEGER     NOT NULL,
  "ORDNO"  CHAR(10)    NOT NULL,
  "WHSNO"  CHAR(4)     NOT NULL,
  "CARCD"  CHAR(4)     NOT NULL,
  "TRKNO"  VARCHAR(30),            -- NULL until handed over; some carriers never give one
  "PLNDT"  INTEGER     NOT NULL,   -- planned, YYYYMMDD
  "PCKFLG" CHAR(1)     NOT NULL DEFAULT '',
  "SHPDT"  INTEGER     NOT NULL DEFAULT 0,
  "SHPTM"  INTEGER     NOT NULL DEFAULT 0,  -- HHMMSS, local time
  "PKGCNT" SMALLINT    NOT NULL,
  "WGTGR"  BIGINT      NOT NULL,   -- grams
  "CHGDT"  INTEGER     NOT NULL,
  "CHGTM"  INTEGER     NOT NULL,
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-SHHDR',
  PRIMARY KEY ("COMPNY", "SHPNO")
);
COMMENT ON TABLE "SHHDR" IS 'Shipment headers';

CREATE TABLE "SHLIN" (
  "COMPNY" CHAR(2)  NOT NULL,
  "SHPNO"  INTEGER  NOT NULL,
  "SHLNO"  SMALLINT NOT NULL,
  "ORDNO"  CHAR(10) NOT NULL,      -- repeats the header
  "LINNO"  INTEGER  NOT NULL,      -- the order line
  "ITMNO"  CHAR(15) NOT NULL,
  "QTYSH"  INTEGER  NOT NULL,      -- in the order line's unit, times 1000
  "LOTNO"  CHAR(12) NOT NULL DEFAULT '',
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-SHLIN',
  PRIMARY KEY ("COMPNY", "SHPNO", "SHLNO")
);
COMMENT ON TABLE "SHLIN" IS 'Shipment lines';
