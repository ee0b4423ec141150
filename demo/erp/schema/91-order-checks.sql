-- What order entry checks before it writes. A refusal is an exception with a private SQLSTATE and a message
-- as terse as the old screens'.

CREATE FUNCTION "OE_CHECK_CUSTOMER"(p_compny CHAR, p_cusno CHAR) RETURNS "CUSMAS"
LANGUAGE plpgsql STABLE AS $$
DECLARE c "CUSMAS"%ROWTYPE;
BEGIN
  SELECT * INTO c FROM "CUSMAS" WHERE "COMPNY" = p_compny AND "CUSNO" = p_cusno AND "DELFLG" <> 'D';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'OE-0401 CUS % NOT ON FILE', trim(p_cusno) USING ERRCODE = 'ME001';
  ELSIF c."BLKFLG" = 'Y' THEN
    RAISE EXCEPTION 'OE-0402 CUS % BLOCKED', trim(p_cusno) USING ERRCODE = 'ME002';
  END IF;
  RETURN c;
END $$;

CREATE FUNCTION "OE_CHECK_ITEM"(p_compny CHAR, p_itmno CHAR, p_date INTEGER) RETURNS "ITMMAS"
LANGUAGE plpgsql STABLE AS $$
DECLARE i "ITMMAS"%ROWTYPE;
BEGIN
  SELECT * INTO i FROM "ITMMAS" WHERE "COMPNY" = p_compny AND "ITMNO" = p_itmno AND "DELFLG" <> 'D';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'OE-0411 ITM % NOT ON FILE', coalesce(trim(p_itmno), '?') USING ERRCODE = 'ME003';
  ELSIF i."DSCDT" <> 0 AND i."DSCDT" <= p_date THEN
    RAISE EXCEPTION 'OE-0412 ITM % DISCONTINUED', trim(p_itmno) USING ERRCODE = 'ME004';
  END IF;
  RETURN i;
END $$;

CREATE FUNCTION "OE_CHECK_PERIOD"(p_compny CHAR, p_date INTEGER) RETURNS VOID
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF EXISTS (SELECT FROM "PERIOD" WHERE "COMPNY" = p_compny AND "PERYR" = p_date / 10000
                AND "PERMO" = p_date / 100 % 100 AND "PERST" = 'C') THEN
    RAISE EXCEPTION 'OE-0421 PERIOD % CLOSED', p_date / 100 USING ERRCODE = 'ME006';
  END IF;
END $$;

CREATE FUNCTION "OE_CHECK_REQUESTED"(p_reqdt INTEGER, p_orddt INTEGER) RETURNS VOID
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_reqdt = 0 THEN RETURN; END IF;
  PERFORM "SY_JULIAN"(p_reqdt);
  IF p_reqdt < p_orddt THEN
    RAISE EXCEPTION 'OE-0434 REQ DATE % NOT VALID', p_reqdt USING ERRCODE = 'ME010';
  END IF;
EXCEPTION WHEN datetime_field_overflow THEN
  RAISE EXCEPTION 'OE-0434 REQ DATE % NOT VALID', p_reqdt USING ERRCODE = 'ME010';
END $$;

-- Open items plus orders not yet shipped, the new one included, against the customer's own limit. Nothing is locked:
-- two orders at the same moment may pass together, as they always could.
CREATE FUNCTION "OE_CHECK_CREDIT"(p_compny CHAR, p_cusno CHAR) RETURNS VOID
LANGUAGE plpgsql STABLE AS $$
DECLARE v_limit BIGINT; v_used BIGINT;
BEGIN
  SELECT "CRDLIM" INTO v_limit FROM "CUSMAS" WHERE "COMPNY" = p_compny AND "CUSNO" = p_cusno;
  IF coalesce(v_limit, 0) = 0 THEN RETURN; END IF;
  SELECT coalesce(sum("OPNAMT"), 0) INTO v_used
    FROM "AROPN" WHERE "COMPNY" = p_compny AND "CUSNO" = p_cusno AND "CLRJD" = 0;
  SELECT v_used + coalesce(sum("ORDTOT"), 0) INTO v_used
    FROM "OEHDR"
   WHERE "COMPNY" = p_compny AND "CUSNO" = p_cusno AND "ORDST" IN ('10', '20', '40')
     AND "ORDTY" = 'SO' AND "DELFLG" <> 'D';
  IF v_used > v_limit THEN
    RAISE EXCEPTION 'OE-0417 CREDIT LIMIT EXCEEDED CUS %', trim(p_cusno) USING ERRCODE = 'ME005';
  END IF;
END $$;

-- Comments are stored in latin1; what it cannot say is refused.
CREATE FUNCTION "OE_LATIN1"(p_txt TEXT) RETURNS BYTEA
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN convert_to(p_txt, 'LATIN1');
EXCEPTION WHEN untranslatable_character THEN
  RAISE EXCEPTION 'OE-0441 CHARACTER NOT PRINTABLE' USING ERRCODE = 'ME012';
END $$;
