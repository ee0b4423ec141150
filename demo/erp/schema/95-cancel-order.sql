-- Cancelling and holding.

-- Cancels an order of which nothing has been picked. p_cancd: 01 customer, 02 not available, 03 duplicate, 09 other.
CREATE FUNCTION "OE_CANCEL_ORDER"(p_compny CHAR, p_ordno CHAR, p_cancd CHAR, p_usrid CHAR) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  h  "OEHDR"%ROWTYPE := "OE_LOCK_ORDER"(p_compny, p_ordno);
  l  RECORD;
BEGIN
  IF h."ORDST" NOT IN ('10', '20') THEN
    RAISE EXCEPTION 'OE-0502 ORD % STATUS % NO CHANGE', h."ORDNO", h."ORDST" USING ERRCODE = 'ME021';
  ELSIF EXISTS (SELECT FROM "SHHDR" WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D'
                   AND ("PCKFLG" = 'Y' OR "SHPDT" <> 0)) THEN
    RAISE EXCEPTION 'OE-0506 ORD % IN SHIPPING', h."ORDNO" USING ERRCODE = 'ME025';
  ELSIF p_cancd NOT IN ('01', '02', '03', '09') THEN
    RAISE EXCEPTION 'OE-0508 REASON % NOT VALID', p_cancd USING ERRCODE = 'ME026';
  END IF;
  -- A quotation has allocated nothing.
  FOR l IN SELECT "ITMNO", "WHSNO", sum("QTYOR"::BIGINT * "UOMFC" / 1000)::BIGINT AS qty FROM "OELIN"
            WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D' AND h."ORDTY" = 'SO'
            GROUP BY 1, 2 ORDER BY 1, 2 LOOP
    PERFORM "OE_ALLOCATE"(p_compny, l."ITMNO", l."WHSNO", -l.qty);
  END LOOP;
  UPDATE "OELIN" SET "LINST" = '90' WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno;
  UPDATE "SHHDR" SET "DELFLG" = 'D', "CHGDT" = "SY_DATE"("SY_NOW"()), "CHGTM" = "SY_TIME"("SY_NOW"())
   WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D';
  UPDATE "OEHDR" SET "ORDST" = '90', "CANCD" = p_cancd, "HLDFLG" = '', "CHGUSR" = p_usrid,
                     "CHGDT" = "SY_DATE"("SY_NOW"()), "CHGTM" = "SY_TIME"("SY_NOW"())
   WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno;
  PERFORM "SY_LOG"(p_compny, p_usrid, 'OE120', 'CAN', 'OEHDR,' || h."ORDNO", 'ORDER CANCELLED REASON ' || p_cancd);
END $$;

-- Sets or clears the hold. Written by another hand: it never raises, it returns
-- 0 done, 4 nothing to do, 8 order not on file, 12 status does not allow it, 16 flag neither Y nor N.
CREATE FUNCTION "OE_HOLD_ORDER"(p_compny CHAR, p_ordno CHAR, p_hldflg CHAR, p_usrid CHAR) RETURNS INTEGER
LANGUAGE plpgsql AS $$
DECLARE h "OEHDR"%ROWTYPE;
BEGIN
  IF p_hldflg NOT IN ('Y', 'N') THEN RETURN 16; END IF;
  SELECT * INTO h FROM "OEHDR" WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D' FOR UPDATE;
  IF NOT FOUND THEN RETURN 8; END IF;
  IF h."ORDST" NOT IN ('10', '20', '40') THEN RETURN 12; END IF;
  IF (h."HLDFLG" = 'Y') = (p_hldflg = 'Y') THEN RETURN 4; END IF;
  UPDATE "OEHDR" SET "HLDFLG" = p_hldflg, "CHGUSR" = p_usrid,
                     "CHGDT" = "SY_DATE"("SY_NOW"()), "CHGTM" = "SY_TIME"("SY_NOW"())
   WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno;
  PERFORM "SY_LOG"(p_compny, p_usrid, 'OE130', 'HLD', 'OEHDR,' || h."ORDNO", 'HOLD ' || p_hldflg);
  RETURN 0;
END $$;
