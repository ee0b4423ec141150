-- Invoicing module. Amounts are NUMERIC here, in units of currency, not in cents as in order entry.
-- Credit notes ("INVTY" C) carry positive amounts: the type is the sign.

CREATE TABLE "INHDR" (
  "COMPNY" CHAR(2)       NOT NULL,
  "INVNO"  CHAR(12)      NOT NULL,   -- 'RE00000001', 'GS00000001': blank-padded
  "INVTY"  CHAR(1)       NOT NULL,   -- I invoice, C credit note
  "INVST"  CHAR(1)       NOT NULL,   -- P printed, blank not yet; X reversed
  "CUSNO"  CHAR(8)       NOT NULL,   -- sold-to
  "BILTO"  CHAR(8)       NOT NULL,   -- bill-to: another customer may pay
  "ORDNO"  CHAR(10)      NOT NULL,
  "SHPNO"  INTEGER       NOT NULL,   -- 0 on credit notes
  "ORGINV" CHAR(12)      NOT NULL DEFAULT '',  -- the invoice a credit note refers to
  "INVDT"  INTEGER       NOT NULL,
  "DUEDT"  INTEGER       NOT NULL,
  "CURCD"  CHAR(3)       NOT NULL,
  "INVNET" NUMERIC(13,2) NOT NULL,   -- sum of the lines
  "FRTAMT" NUMERIC(13,2) NOT NULL,
  "VATPC"  NUMERIC(5,2)  NOT NULL,
  "VATAMT" NUMERIC(13,2) NOT NULL,
  "INVTOT" NUMERIC(13,2) NOT NULL,   -- net + freight + VAT
  "CHGDT"  INTEGER       NOT NULL,
  "CHGTM"  INTEGER       NOT NULL,
  "XSECRT" CHAR(16)      NOT NULL DEFAULT 'SECRET-INHDR',
  PRIMARY KEY ("COMPNY", "INVNO")
);
COMMENT ON TABLE "INHDR" IS 'Invoice and credit note headers';

CREATE TABLE "INLIN" (
  "COMPNY" CHAR(2)       NOT NULL,
  "INVNO"  CHAR(12)      NOT NULL,
  "INLNO"  SMALLINT      NOT NULL,
  "ORDNO"  CHAR(10)      NOT NULL,
  "LINNO"  INTEGER       NOT NULL,
  "ITMNO"  CHAR(15)      NOT NULL,
  "QTYIN"  NUMERIC(12,3) NOT NULL,
  "UOMCD"  CHAR(3)       NOT NULL,
  "UNTPR"  NUMERIC(13,2) NOT NULL,
  "DSCPC"  NUMERIC(5,2)  NOT NULL,
  "LINAMT" NUMERIC(13,2) NOT NULL,
  "XSECRT" CHAR(16)      NOT NULL DEFAULT 'SECRET-INLIN',
  PRIMARY KEY ("COMPNY", "INVNO", "INLNO")
);
COMMENT ON TABLE "INLIN" IS 'Invoice lines';
