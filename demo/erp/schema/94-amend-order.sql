-- Amends an order. Status 10: everything. Status 20: header only. Later, or on hold: nothing.
-- p_hdr: {"CUSREF", "REQDT", "PRIO", "CMTTXT", "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY"}, absent = unchanged.
-- p_lin: [{"LINNO": 10, "QTYOR": 8000}] changes, "QTYOR" 0 soft-deletes, without "LINNO" a line is added.

-- One changed line; returns nothing, allocates the difference.
CREATE FUNCTION "OE_CHANGE_LINE"(h "OEHDR", p_linno INTEGER, p_qty TEXT) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
  l  "OELIN"%ROWTYPE;
  v_qty  INTEGER := "OE_QUANTITY"(p_qty, p_linno, 0);
BEGIN
  SELECT * INTO l FROM "OELIN"
   WHERE "COMPNY" = h."COMPNY" AND "ORDNO" = h."ORDNO" AND "LINNO" = p_linno AND "DELFLG" <> 'D' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'OE-0504 LIN % NOT ON FILE', lpad(p_linno::TEXT, 3, '0') USING ERRCODE = 'ME023';
  END IF;
  IF v_qty = 0 THEN
    UPDATE "OELIN" SET "DELFLG" = 'D', "LINST" = '90'
     WHERE "COMPNY" = h."COMPNY" AND "ORDNO" = h."ORDNO" AND "LINNO" = p_linno;
  ELSE
    UPDATE "OELIN" SET "QTYOR" = v_qty, "LINAMT" = round(v_qty::NUMERIC * "UNTPR" * (100 - "DSCPC") / 100000)
     WHERE "COMPNY" = h."COMPNY" AND "ORDNO" = h."ORDNO" AND "LINNO" = p_linno;
  END IF;
  PERFORM "OE_ALLOCATE"(h."COMPNY", l."ITMNO", l."WHSNO",
                        v_qty::BIGINT * l."UOMFC" / 1000 - l."QTYOR"::BIGINT * l."UOMFC" / 1000);
END $$;

-- Finds the order and locks it.
CREATE FUNCTION "OE_LOCK_ORDER"(p_compny CHAR, p_ordno CHAR) RETURNS "OEHDR"
LANGUAGE plpgsql AS $$
DECLARE h "OEHDR"%ROWTYPE;
BEGIN
  SELECT * INTO h FROM "OEHDR" WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'OE-0501 ORD % NOT ON FILE', trim(p_ordno) USING ERRCODE = 'ME020';
  END IF;
  RETURN h;
END $$;

CREATE FUNCTION "OE_AMEND_ORDER"(p_compny CHAR, p_ordno CHAR, p_hdr JSONB, p_lin JSONB, p_usrid CHAR) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  h  "OEHDR"%ROWTYPE := "OE_LOCK_ORDER"(p_compny, p_ordno);
  v_linno  INTEGER;
  v_lin    RECORD;
BEGIN
  IF h."ORDST" NOT IN ('10', '20') OR h."ORDTY" <> 'SO' THEN
    RAISE EXCEPTION 'OE-0502 ORD % STATUS % NO CHANGE', h."ORDNO", h."ORDST" USING ERRCODE = 'ME021';
  ELSIF h."HLDFLG" = 'Y' THEN
    RAISE EXCEPTION 'OE-0503 ORD % ON HOLD', h."ORDNO" USING ERRCODE = 'ME022';
  END IF;
  PERFORM "OE_CHECK_PERIOD"(p_compny, "SY_BUSINESS_DATE"(p_compny));
  IF p_hdr ? 'REQDT' THEN
    PERFORM "OE_CHECK_REQUESTED"((p_hdr ->> 'REQDT')::INTEGER, h."ORDDT");
  END IF;
  UPDATE "OEHDR" SET
    "CUSREF" = CASE WHEN p_hdr ? 'CUSREF' THEN rpad(coalesce(p_hdr ->> 'CUSREF', ''), 20) ELSE "CUSREF" END,
    "CMTTXT" = CASE WHEN p_hdr ? 'CMTTXT' THEN "OE_LATIN1"(p_hdr ->> 'CMTTXT') ELSE "CMTTXT" END,
    "REQDT" = coalesce((p_hdr ->> 'REQDT')::INTEGER, "REQDT"),
    "PRIO"  = coalesce((p_hdr ->> 'PRIO')::SMALLINT, "PRIO"),
    "SHNAM" = coalesce(p_hdr ->> 'SHNAM', "SHNAM"), "SHSTR" = coalesce(p_hdr ->> 'SHSTR', "SHSTR"),
    "SHZIP" = coalesce(p_hdr ->> 'SHZIP', "SHZIP"), "SHCTY" = coalesce(p_hdr ->> 'SHCTY', "SHCTY"),
    "SHCRY" = coalesce(p_hdr ->> 'SHCRY', "SHCRY"),
    "CHGUSR" = p_usrid, "CHGDT" = "SY_DATE"("SY_NOW"()), "CHGTM" = "SY_TIME"("SY_NOW"())
   WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno;

  IF jsonb_typeof(p_lin) = 'array' AND jsonb_array_length(p_lin) > 0 THEN
    IF h."ORDST" <> '10' THEN
      RAISE EXCEPTION 'OE-0507 ORD % RELEASED LINES FIXED', h."ORDNO" USING ERRCODE = 'ME024';
    END IF;
    FOR v_lin IN SELECT value AS lin FROM jsonb_array_elements(p_lin) WITH ORDINALITY
                  ORDER BY (value ->> 'LINNO')::INTEGER NULLS LAST, ordinality LOOP
      IF v_lin.lin ->> 'LINNO' IS NOT NULL THEN
        PERFORM "OE_CHANGE_LINE"(h, (v_lin.lin ->> 'LINNO')::INTEGER, v_lin.lin ->> 'QTYOR');
      ELSE
        SELECT max("LINNO") + 10 INTO v_linno FROM "OELIN" WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno;
        PERFORM "OE_ADD_LINE"(h, v_linno, v_lin.lin);
      END IF;
    END LOOP;
    PERFORM FROM "OELIN" WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno AND "DELFLG" <> 'D';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'OE-0430 NO LINES' USING ERRCODE = 'ME011';
    END IF;
    PERFORM "OE_TOTAL"(p_compny, p_ordno);
    PERFORM "OE_CHECK_CREDIT"(p_compny, h."CUSNO");
  END IF;
  PERFORM "SY_LOG"(p_compny, p_usrid, 'OE110', 'CHG', 'OEHDR,' || h."ORDNO", 'ORDER CHANGED');
END $$;
