-- The batch that posts incoming payments: up to p_max waiting rows of PAYIMP, oldest first; returns how many it took.
-- A good row becomes P with its payment number; a bad one E with a code, and nothing is posted for it.

-- The error code of a row, blank if it can be posted.
CREATE FUNCTION "AR_IMPORT_CHECK"(r "PAYIMP") RETURNS CHAR(4)
LANGUAGE plpgsql AS $$
DECLARE a "AROPN"%ROWTYPE;
BEGIN
  IF NOT EXISTS (SELECT FROM "CUSMAS" WHERE "COMPNY" = r."COMPNY" AND "CUSNO" = r."CUSNO" AND "DELFLG" <> 'D') THEN
    RETURN 'E001';
  ELSIF EXISTS (SELECT FROM "PAYIMP" WHERE "COMPNY" = r."COMPNY" AND "CUSNO" = r."CUSNO" AND "EXTREF" = r."EXTREF"
                   AND "IMPST" = 'P') THEN
    RETURN 'E006';
  ELSIF r."PAYAMT" <= 0 THEN
    RETURN 'E003';
  END IF;
  PERFORM "SY_JULIAN"(r."PAYDT");
  IF r."DOCNO" <> '' THEN
    SELECT * INTO a FROM "AROPN"
     WHERE "COMPNY" = r."COMPNY" AND "DOCNO" = r."DOCNO" AND "CUSNO" = r."CUSNO" FOR UPDATE;
    IF NOT FOUND THEN RETURN 'E002'; END IF;
    IF a."CURCD" <> r."CURCD" THEN RETURN 'E004'; END IF;
    IF a."OPNAMT" < r."PAYAMT" THEN RETURN 'E003'; END IF;
  END IF;
  RETURN '';
EXCEPTION WHEN datetime_field_overflow THEN
  RETURN 'E005';
END $$;

CREATE FUNCTION "AR_POST_PAYMENT"(r "PAYIMP") RETURNS BIGINT
LANGUAGE plpgsql AS $$
DECLARE v_payno BIGINT := "SY_NEXT_NUMBER"(r."COMPNY", 'PAYNO');
BEGIN
  INSERT INTO "ARPAY" ("COMPNY", "PAYNO", "CUSNO", "DOCNO", "PAYJD", "CURCD", "PAYAMT", "PAYMTH", "BNKREF")
  VALUES (r."COMPNY", v_payno, r."CUSNO", r."DOCNO", "SY_JULIAN"(r."PAYDT"), r."CURCD", r."PAYAMT", 'UB', r."EXTREF");
  UPDATE "AROPN" SET "OPNAMT" = "OPNAMT" - r."PAYAMT",
                     "CLRJD" = CASE WHEN "OPNAMT" = r."PAYAMT" THEN "SY_JULIAN"(r."PAYDT") ELSE 0 END
   WHERE "COMPNY" = r."COMPNY" AND "DOCNO" = r."DOCNO";
  INSERT INTO "GLJRN" ("COMPNY", "JRNNO", "JRNDT", "PERYM", "ACCT", "CUSNO", "REFTYP", "REFNO", "DCFLG", "JRNAMT",
                       "JRNTXT")
  VALUES (r."COMPNY", "SY_NEXT_NUMBER"(r."COMPNY", 'JRNNO'), r."PAYDT", r."PAYDT" / 100, '1400', r."CUSNO", 'P',
          v_payno::TEXT, 'C', r."PAYAMT" / 100.0, 'ZAHLUNGSEINGANG');
  RETURN v_payno;
END $$;

CREATE FUNCTION "AR_IMPORT_RUN"(p_max INTEGER) RETURNS INTEGER
LANGUAGE plpgsql AS $$
DECLARE
  r  "PAYIMP"%ROWTYPE;
  v_err   CHAR(4);
  v_done  INTEGER := 0;
BEGIN
  -- Two runs at the same time share the rows instead of waiting for each other.
  FOR r IN SELECT * FROM "PAYIMP" WHERE "IMPST" = '' ORDER BY "IMPNO" LIMIT p_max FOR UPDATE SKIP LOCKED LOOP
    v_err := "AR_IMPORT_CHECK"(r);
    IF v_err = '' THEN
      UPDATE "PAYIMP" SET "IMPST" = 'P', "PAYNO" = "AR_POST_PAYMENT"(r) WHERE "IMPNO" = r."IMPNO";
    ELSE
      UPDATE "PAYIMP" SET "IMPST" = 'E', "ERRCD" = v_err, "ERRTXT" = 'AR-' || right(v_err, 3) || ' REJECTED'
       WHERE "IMPNO" = r."IMPNO";
    END IF;
    PERFORM "SY_LOG"(r."COMPNY", 'BATCH', 'AR400', 'IMP', 'PAYIMP,' || r."IMPNO", trim('PAYMENT ' || v_err));
    v_done := v_done + 1;
  END LOOP;
  RETURN v_done;
END $$;
