-- Small routines that the programs share: clock, number ranges, log, dates.

-- The ERP knows local time only.
CREATE FUNCTION "SY_NOW"() RETURNS TIMESTAMP
LANGUAGE sql VOLATILE AS $$ SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'Europe/Berlin') $$;

CREATE FUNCTION "SY_DATE"(p_ts TIMESTAMP) RETURNS INTEGER
LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(p_ts, 'YYYYMMDD')::INTEGER $$;

CREATE FUNCTION "SY_TIME"(p_ts TIMESTAMP) RETURNS INTEGER
LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(p_ts, 'HH24MISS')::INTEGER $$;

-- YYYYMMDD to CYYDDD; raises 22008 when there is no such day.
CREATE FUNCTION "SY_JULIAN"(p_dt INTEGER) RETURNS INTEGER
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_dt / 10000 - 1900) * 1000
       + extract(doy FROM make_date(p_dt / 10000, p_dt / 100 % 100, p_dt % 100))::INTEGER
$$;

-- The day a document is dated: today, but never before the business date.
CREATE FUNCTION "SY_BUSINESS_DATE"(p_compny CHAR) RETURNS INTEGER
LANGUAGE sql VOLATILE AS $$
  SELECT greatest("BUSDT", "SY_DATE"("SY_NOW"())) FROM "CMPMAS" WHERE "COMPNY" = p_compny
$$;

-- The row stays locked until the caller commits: numbers have no gaps, and order entry stands in line for them.
CREATE FUNCTION "SY_NEXT_NUMBER"(p_compny CHAR, p_rngid CHAR) RETURNS BIGINT
LANGUAGE plpgsql AS $$
DECLARE n "NUMRNG"%ROWTYPE;
BEGIN
  UPDATE "NUMRNG" SET "LSTNO" = "LSTNO" + 1 WHERE "COMPNY" = p_compny AND "RNGID" = p_rngid RETURNING * INTO n;
  IF NOT FOUND OR n."LSTNO" > n."MAXNO" THEN
    RAISE EXCEPTION 'SY-0090 NUMBER RANGE % % MISSING OR FULL', p_compny, p_rngid USING ERRCODE = 'ME090';
  END IF;
  RETURN n."LSTNO";
END $$;

CREATE FUNCTION "SY_LOG"(p_compny CHAR, p_usrid CHAR, p_pgm CHAR, p_actcd CHAR, p_objref VARCHAR, p_txt VARCHAR)
RETURNS VOID
LANGUAGE sql AS $$
  INSERT INTO "SYSLOG" ("COMPNY", "LOGTS", "USRID", "PGMNAM", "ACTCD", "OBJREF", "LOGTXT")
  VALUES (p_compny, "SY_NOW"(), p_usrid, p_pgm, p_actcd, p_objref, left(p_txt, 80))
$$;
