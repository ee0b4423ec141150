-- Order entry module: headers, lines and their archive.
-- Both companies count orders from the same start: "ORDNO" is unique only with "COMPNY".

CREATE TABLE "OEHDR" (
  "COMPNY" CHAR(2)     NOT NULL,
  "ORDNO"  CHAR(10)    NOT NULL,   -- leading zeros: '0000100001'
  "ORDTY"  CHAR(2)     NOT NULL,   -- SO sales order, QT quotation in the same table
  "ORDST"  CHAR(2)     NOT NULL,   -- 10 entered, 20 released, 50 shipped, 90 cancelled; 40 partly shipped is not in CODTAB
  "HLDFLG" CHAR(1)     NOT NULL DEFAULT '',  -- Y on hold whatever the status says, N or blank not
  "CUSNO"  CHAR(8)     NOT NULL,   -- sold-to
  "BILTO"  CHAR(8)     NOT NULL,
  "SHPSQ"  SMALLINT    NOT NULL,   -- CUSSHP row the address was copied from, 0 = customer's own or typed in
  "SHNAM"  VARCHAR(35) NOT NULL,
  "SHSTR"  VARCHAR(35) NOT NULL,
  "SHZIP"  CHAR(10)    NOT NULL,
  "SHCTY"  VARCHAR(30) NOT NULL,
  "SHCRY"  CHAR(2)     NOT NULL,
  "CUSREF" VARCHAR(20) NOT NULL,   -- customer's document number; VARCHAR, yet the programs pad it to 20
  "ORDDT"  INTEGER     NOT NULL,   -- YYYYMMDD
  "ORDTM"  INTEGER     NOT NULL,   -- HHMMSS without leading zeros, local time Europe/Berlin
  "REQDT"  INTEGER     NOT NULL,   -- requested delivery, 0 = as soon as possible
  "CNFDT"  INTEGER     NOT NULL,   -- confirmed delivery, 0 = not yet
  "CURCD"  CHAR(3)     NOT NULL,
  "ORDNET" BIGINT      NOT NULL,   -- cents, sum of the lines not deleted
  "FRTAMT" DOUBLE PRECISION NOT NULL,  -- freight in units of currency, added in 2009 by a student
  "ORDVAT" BIGINT      NOT NULL,   -- cents
  "ORDTOT" BIGINT      NOT NULL,   -- cents: net + freight + VAT
  "MRGAMT" BIGINT      NOT NULL,   -- cents, margin: internal
  "PAYTRM" CHAR(3)     NOT NULL,
  "SLSMN"  CHAR(4)     NOT NULL,
  "WHSNO"  CHAR(4)     NOT NULL,
  "CARCD"  CHAR(4)     NOT NULL,
  "PRIO"   SMALLINT    NOT NULL DEFAULT 5,
  "ORDSRC" CHAR(1)     NOT NULL,   -- E EDI, P phone, W web, F fax, A API
  "CMTTXT" BYTEA,                  -- order comment in latin1
  "CANCD"  CHAR(2),                -- reason of cancellation, NULL on rows older than the column
  "CRTUSR" CHAR(8)     NOT NULL,
  "CHGUSR" CHAR(8),
  "CHGDT"  INTEGER     NOT NULL,   -- 0 = never changed
  "CHGTM"  INTEGER     NOT NULL,
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-OEHDR',
  PRIMARY KEY ("COMPNY", "ORDNO")
);
COMMENT ON TABLE "OEHDR" IS 'Order headers';

CREATE TABLE "OELIN" (
  "COMPNY" CHAR(2)     NOT NULL,
  "ORDNO"  CHAR(10)    NOT NULL,
  "LINNO"  INTEGER     NOT NULL,   -- 10, 20, 30
  "ITMNO"  CHAR(15)    NOT NULL,
  "ITMDS"  VARCHAR(40) NOT NULL,   -- as it was when ordered
  "QTYOR"  INTEGER     NOT NULL,   -- ordered, in "UOMCD", times 1000
  "QTYSH"  INTEGER     NOT NULL,   -- shipped
  "UOMCD"  CHAR(3)     NOT NULL,
  "UOMFC"  INTEGER     NOT NULL,   -- base units in one "UOMCD", times 1000
  "UNTPR"  BIGINT      NOT NULL,   -- cents per "UOMCD"
  "DSCPC"  NUMERIC(5,2) NOT NULL,  -- discount in percent
  "LINAMT" BIGINT      NOT NULL,   -- cents after discount
  "WHSNO"  CHAR(4)     NOT NULL,
  "REQDT"  INTEGER     NOT NULL,   -- 0 = as the header
  "LINST"  CHAR(2)     NOT NULL,   -- 10, 40, 50, 90
  "DELFLG" CHAR(1)     NOT NULL DEFAULT '',
  "XSECRT" CHAR(16)    NOT NULL DEFAULT 'SECRET-OELIN',
  PRIMARY KEY ("COMPNY", "ORDNO", "LINNO")
);
COMMENT ON TABLE "OELIN" IS 'Order lines';

-- The yearly clean-up moves closed orders here, column by column the same.
CREATE TABLE "OEHDRA" (LIKE "OEHDR" INCLUDING DEFAULTS, PRIMARY KEY ("COMPNY", "ORDNO"));
ALTER TABLE "OEHDRA" ALTER "XSECRT" SET DEFAULT 'SECRET-OEHDRA';
COMMENT ON TABLE "OEHDRA" IS 'Order headers, archive';

CREATE TABLE "OELINA" (LIKE "OELIN" INCLUDING DEFAULTS, PRIMARY KEY ("COMPNY", "ORDNO", "LINNO"));
ALTER TABLE "OELINA" ALTER "XSECRT" SET DEFAULT 'SECRET-OELINA';
COMMENT ON TABLE "OELINA" IS 'Order lines, archive';
