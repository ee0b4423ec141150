-- Stock module: warehouses and balances.

CREATE TABLE "WHSMAS" (
  "COMPNY" CHAR(2)     NOT NULL,
  "WHSNO"  CHAR(4)     NOT NULL,
  "WHSNAM" VARCHAR(30) NOT NULL,
  "CITY"   VARCHAR(30) NOT NULL,
  "WHSTY"  CHAR(1)     NOT NULL,   -- M main, R regional, Q quarantine: Q is known to programs only
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-WHSMAS',
  PRIMARY KEY ("COMPNY", "WHSNO")
);
COMMENT ON TABLE "WHSMAS" IS 'Warehouses';

CREATE TABLE "STKBAL" (
  "COMPNY" CHAR(2)  NOT NULL,
  "ITMNO"  CHAR(15) NOT NULL,
  "WHSNO"  CHAR(4)  NOT NULL,
  "QTYOH"  BIGINT   NOT NULL,      -- on hand, base units times 1000
  "QTYAL"  BIGINT   NOT NULL,      -- allocated to open order lines
  "QTYOO"  BIGINT   NOT NULL,      -- on order at suppliers
  "BINLOC" CHAR(8)  NOT NULL DEFAULT '',
  "CNTDT"  INTEGER  NOT NULL DEFAULT 0,   -- last stock count YYYYMMDD, 0 = never
  "CHGDT"  INTEGER  NOT NULL,
  "CHGTM"  INTEGER  NOT NULL,
  "XSECRT" CHAR(16) NOT NULL DEFAULT 'SECRET-STKBAL',
  PRIMARY KEY ("COMPNY", "ITMNO", "WHSNO")
);
COMMENT ON TABLE "STKBAL" IS 'Stock balances by item and warehouse';

-- What the order desk looks at; quarantine stock does not count.
CREATE VIEW "STKAVL" AS
SELECT b."COMPNY", b."ITMNO", b."WHSNO", w."WHSNAM",
       b."QTYOH" - b."QTYAL" AS "QTYAV",
       greatest(b."CHGDT", b."CNTDT") AS "ASOFDT"
  FROM "STKBAL" b
  JOIN "WHSMAS" w ON w."COMPNY" = b."COMPNY" AND w."WHSNO" = b."WHSNO"
 WHERE w."WHSTY" <> 'Q';
COMMENT ON VIEW "STKAVL" IS 'Available stock';
