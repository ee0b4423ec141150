-- Pricing, allocation and adding of lines, shared by placing and amending.

-- A customer's own price goes before the list price, a later validity before an earlier one.
CREATE FUNCTION "OE_PRICE"(p_compny CHAR, p_cusno CHAR, p_itmno CHAR, p_date INTEGER, p_qty BIGINT) RETURNS BIGINT
LANGUAGE sql STABLE AS $$
  SELECT "PRICE" FROM "PRCLIN"
   WHERE "COMPNY" = p_compny AND "CUSNO" IN (p_cusno, '') AND "ITMNO" = p_itmno AND "DELFLG" <> 'D'
     AND "VALFR" <= p_date AND ("VALTO" IN (0, 99999999) OR "VALTO" >= p_date) AND "MINQT" <= p_qty
   ORDER BY "CUSNO" = '', "VALFR" DESC, "MINQT" DESC
   LIMIT 1
$$;

-- Quantity in base units times 1000; negative gives back.
CREATE FUNCTION "OE_ALLOCATE"(p_compny CHAR, p_itmno CHAR, p_whsno CHAR, p_qty BIGINT) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE v_now TIMESTAMP := "SY_NOW"();
BEGIN
  UPDATE "STKBAL" SET "QTYAL" = "QTYAL" + p_qty, "CHGDT" = "SY_DATE"(v_now), "CHGTM" = "SY_TIME"(v_now)
   WHERE "COMPNY" = p_compny AND "ITMNO" = p_itmno AND "WHSNO" = p_whsno;
  IF NOT FOUND THEN
    INSERT INTO "STKBAL" ("COMPNY", "ITMNO", "WHSNO", "QTYOH", "QTYAL", "QTYOO", "CHGDT", "CHGTM")
    VALUES (p_compny, p_itmno, p_whsno, 0, p_qty, 0, "SY_DATE"(v_now), "SY_TIME"(v_now));
  END IF;
END $$;

-- A quantity from the caller: a whole number of thousandths.
CREATE FUNCTION "OE_QUANTITY"(p_qty TEXT, p_linno INTEGER, p_least INTEGER) RETURNS INTEGER
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_qty IS NULL OR p_qty !~ '^[0-9]{1,9}$' OR p_qty::INTEGER < p_least THEN
    RAISE EXCEPTION 'OE-0431 QTY NOT VALID LIN %', lpad(p_linno::TEXT, 3, '0') USING ERRCODE = 'ME007';
  END IF;
  RETURN p_qty::INTEGER;
END $$;

-- One new line. p_lin: {"ITMNO": "...", "QTYOR": 5000, "UOMCD": "KAR", "REQDT": 20261201}; unit and date optional.
CREATE FUNCTION "OE_ADD_LINE"(h "OEHDR", p_linno INTEGER, p_lin JSONB) RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
  i   "ITMMAS"%ROWTYPE;
  v_qty    INTEGER := "OE_QUANTITY"(p_lin ->> 'QTYOR', p_linno, 1);
  v_uomcd  CHAR(3);
  v_uomfc  INTEGER := 1000;
  v_reqdt  INTEGER := coalesce((p_lin ->> 'REQDT')::INTEGER, 0);
  v_untpr  BIGINT;
  v_dscpc  NUMERIC(5,2);
BEGIN
  i := "OE_CHECK_ITEM"(h."COMPNY", p_lin ->> 'ITMNO', h."ORDDT");
  PERFORM "OE_CHECK_REQUESTED"(v_reqdt, h."ORDDT");
  v_uomcd := coalesce(p_lin ->> 'UOMCD', i."UOMCD");
  IF v_uomcd <> i."UOMCD" THEN
    SELECT "UOMFC" INTO v_uomfc FROM "ITMUOM"
     WHERE "COMPNY" = h."COMPNY" AND "ITMNO" = i."ITMNO" AND "UOMCD" = v_uomcd AND "SLSFLG" = 'Y';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'OE-0432 UOM % NOT VALID ITM %', v_uomcd, trim(i."ITMNO") USING ERRCODE = 'ME008';
    END IF;
  END IF;
  v_untpr := coalesce("OE_PRICE"(h."COMPNY", h."CUSNO", i."ITMNO", h."ORDDT", v_qty::BIGINT * v_uomfc / 1000), i."LSTPR")
           * v_uomfc / 1000;
  SELECT "DSCPC" INTO v_dscpc FROM "CUSMAS" WHERE "COMPNY" = h."COMPNY" AND "CUSNO" = h."CUSNO";
  INSERT INTO "OELIN" ("COMPNY", "ORDNO", "LINNO", "ITMNO", "ITMDS", "QTYOR", "QTYSH", "UOMCD", "UOMFC", "UNTPR",
                       "DSCPC", "LINAMT", "WHSNO", "REQDT", "LINST")
  VALUES (h."COMPNY", h."ORDNO", p_linno, i."ITMNO", i."ITMDS", v_qty, 0, v_uomcd, v_uomfc, v_untpr,
          v_dscpc, round(v_qty::NUMERIC * v_untpr * (100 - v_dscpc) / 100000), h."WHSNO", v_reqdt, '10');
  PERFORM "OE_ALLOCATE"(h."COMPNY", i."ITMNO", h."WHSNO", v_qty::BIGINT * v_uomfc / 1000);
END $$;

-- Header totals from the lines, after any change of them.
CREATE FUNCTION "OE_TOTAL"(p_compny CHAR, p_ordno CHAR) RETURNS VOID
LANGUAGE sql AS $$
  WITH s AS (
    SELECT coalesce(sum(l."LINAMT"), 0)::BIGINT AS net,
           coalesce(sum(round(l."QTYOR"::NUMERIC * l."UOMFC" * i."CSTPR" / 1000000)), 0)::BIGINT AS cost
      FROM "OELIN" l
      LEFT JOIN "ITMMAS" i ON i."COMPNY" = l."COMPNY" AND i."ITMNO" = l."ITMNO"
     WHERE l."COMPNY" = p_compny AND l."ORDNO" = p_ordno AND l."DELFLG" <> 'D'
  ), f AS (SELECT net, cost, CASE WHEN net >= 50000 OR net = 0 THEN 0 ELSE 990 END AS frt FROM s),
  v AS (
    SELECT f.*, CASE c."VATCD" WHEN '1' THEN round((net + frt) * 0.19)::BIGINT ELSE 0 END AS vat
      FROM f, "OEHDR" h
      JOIN "CUSMAS" c ON c."COMPNY" = h."COMPNY" AND c."CUSNO" = h."CUSNO"
     WHERE h."COMPNY" = p_compny AND h."ORDNO" = p_ordno)
  UPDATE "OEHDR" SET "ORDNET" = net, "FRTAMT" = frt / 100.0, "ORDVAT" = vat, "ORDTOT" = net + frt + vat,
                     "MRGAMT" = net - cost
    FROM v WHERE "COMPNY" = p_compny AND "ORDNO" = p_ordno
$$;
