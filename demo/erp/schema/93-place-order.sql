-- Places a sales order and returns its number.
-- p_hdr, every key optional: {"CUSREF", "SHPSQ", "REQDT", "PRIO", "ORDSRC", "CMTTXT" as text,
--   "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY"}; a typed-in address goes before "SHPSQ".
-- p_lin: an array of OE_ADD_LINE's objects. p_orddt 0 = business date.
CREATE FUNCTION "OE_PLACE_ORDER"(p_compny CHAR, p_cusno CHAR, p_hdr JSONB, p_lin JSONB, p_usrid CHAR,
                                 p_orddt INTEGER DEFAULT 0) RETURNS CHAR(10)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  c  "CUSMAS"%ROWTYPE;
  h  "OEHDR"%ROWTYPE;
  v_shpsq  SMALLINT := coalesce((p_hdr ->> 'SHPSQ')::SMALLINT, 0);
  v_lin    RECORD;
BEGIN
  c := "OE_CHECK_CUSTOMER"(p_compny, p_cusno);
  IF jsonb_typeof(p_lin) IS DISTINCT FROM 'array' OR jsonb_array_length(p_lin) = 0 THEN
    RAISE EXCEPTION 'OE-0430 NO LINES' USING ERRCODE = 'ME011';
  END IF;
  h."ORDDT" := CASE WHEN p_orddt = 0 THEN "SY_BUSINESS_DATE"(p_compny) ELSE p_orddt END;
  h."REQDT" := coalesce((p_hdr ->> 'REQDT')::INTEGER, 0);
  PERFORM "OE_CHECK_PERIOD"(p_compny, h."ORDDT");
  PERFORM "OE_CHECK_REQUESTED"(h."REQDT", h."ORDDT");

  h."SHNAM" := coalesce(c."CUSNM1", ''); h."SHSTR" := c."STREET"; h."SHZIP" := c."ZIPCD";
  h."SHCTY" := c."CITY"; h."SHCRY" := c."CRYCD";
  IF v_shpsq <> 0 THEN
    SELECT "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY"
      INTO h."SHNAM", h."SHSTR", h."SHZIP", h."SHCTY", h."SHCRY"
      FROM "CUSSHP"
     WHERE "COMPNY" = p_compny AND "CUSNO" = p_cusno AND "SHPSQ" = v_shpsq AND "DELFLG" <> 'D';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'OE-0405 SHIP-TO % NOT ON FILE', v_shpsq USING ERRCODE = 'ME009';
    END IF;
  END IF;

  h."COMPNY" := p_compny;
  h."ORDNO" := lpad("SY_NEXT_NUMBER"(p_compny, 'ORDNO')::TEXT, 10, '0');
  h."CUSNO" := c."CUSNO";
  h."WHSNO" := (SELECT "WHSNO" FROM "WHSMAS" WHERE "COMPNY" = p_compny AND "WHSTY" = 'M' ORDER BY "WHSNO" LIMIT 1);
  INSERT INTO "OEHDR" ("COMPNY", "ORDNO", "ORDTY", "ORDST", "CUSNO", "BILTO", "SHPSQ", "SHNAM", "SHSTR", "SHZIP",
    "SHCTY", "SHCRY", "CUSREF", "ORDDT", "ORDTM", "REQDT", "CNFDT", "CURCD", "ORDNET", "FRTAMT", "ORDVAT", "ORDTOT",
    "MRGAMT", "PAYTRM", "SLSMN", "WHSNO", "CARCD", "PRIO", "ORDSRC", "CMTTXT", "CRTUSR", "CHGDT", "CHGTM")
  VALUES (p_compny, h."ORDNO", 'SO', '10', c."CUSNO", coalesce(nullif(c."BILTO", ''), c."CUSNO"), v_shpsq,
    coalesce(p_hdr ->> 'SHNAM', h."SHNAM"), coalesce(p_hdr ->> 'SHSTR', h."SHSTR"),
    coalesce(p_hdr ->> 'SHZIP', h."SHZIP"), coalesce(p_hdr ->> 'SHCTY', h."SHCTY"),
    coalesce(p_hdr ->> 'SHCRY', h."SHCRY"), rpad(coalesce(p_hdr ->> 'CUSREF', ''), 20),
    h."ORDDT", "SY_TIME"("SY_NOW"()), h."REQDT", 0, c."CURCD", 0, 0, 0, 0,
    0, c."PAYTRM", c."SLSMN", h."WHSNO", 'DHLP', coalesce((p_hdr ->> 'PRIO')::SMALLINT, 5),
    coalesce(p_hdr ->> 'ORDSRC', 'A'), "OE_LATIN1"(p_hdr ->> 'CMTTXT'), p_usrid, "SY_DATE"("SY_NOW"()),
    "SY_TIME"("SY_NOW"()));

  -- In the order of items, so that two programs never wait for each other's stock rows.
  FOR v_lin IN SELECT value AS lin, (ordinality * 10)::INTEGER AS linno
                 FROM jsonb_array_elements(p_lin) WITH ORDINALITY ORDER BY value ->> 'ITMNO', ordinality LOOP
    PERFORM "OE_ADD_LINE"(h, v_lin.linno, v_lin.lin);
  END LOOP;
  PERFORM "OE_TOTAL"(p_compny, h."ORDNO");
  PERFORM "OE_CHECK_CREDIT"(p_compny, c."CUSNO");
  PERFORM "SY_LOG"(p_compny, p_usrid, 'OE100', 'ADD', 'OEHDR,' || h."ORDNO", 'ORDER ENTERED');
  RETURN h."ORDNO";
END $$;
