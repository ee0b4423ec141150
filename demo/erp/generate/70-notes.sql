-- Notes, extra fields and log entries of the chunk's orders.

INSERT INTO "NOTES" ("COMPNY", "OBJTY", "OBJKEY", "SEQNO", "NOTTXT", "INTFLG", "CRTUSR", "CRTDT", "DELFLG")
SELECT :company, x.ty, x.ref, s, pg_temp.pick(y.key, 1, w.remark), pg_temp.pick(y.key, 2, ARRAY['Y', 'N', '']),
       'USER' || lpad((1 + pg_temp.rnd(y.key, 3, 24))::TEXT, 2, '0'), d.ymd, CASE WHEN pg_temp.rnd(y.key, 4, 20) = 0 THEN 'D' ELSE '' END
  FROM (SELECT 'OH' AS ty, ordno AS ref, day, key * 8 AS key FROM gen_ord WHERE pg_temp.rnd(key, 90, 100) < 6
        UNION ALL
        SELECT 'SH', shpno::TEXT, shday, key * 8 + 2 FROM gen_shp WHERE shday IS NOT NULL AND pg_temp.rnd(key, 91, 100) = 0
        UNION ALL
        SELECT 'IH', invno, day, key * 8 + 4 FROM gen_inv WHERE pg_temp.rnd(key, 92, 100) = 0) x
  CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.rnd(x.key, 93, 3)) s
  CROSS JOIN LATERAL (SELECT x.key * 4 + s AS key) y
  CROSS JOIN gen_words w
  JOIN gen_day d ON d.no = x.day;

INSERT INTO "XTRFLD" ("COMPNY", "TABNAM", "KEYVAL", "FLDNAM", "FLDVAL")
SELECT :company, 'OEHDR', ordno, f.nam, CASE f.nam WHEN 'PROJECT' THEN 'BV ' || pg_temp.rnd(key, 95, 900) ELSE pg_temp.rnd(key, 96, 2)::TEXT END
  FROM gen_ord
  CROSS JOIN (VALUES ('PROJECT'), ('CRANE')) AS f (nam)
 WHERE pg_temp.rnd(key, 94, 100) < 3;

-- The log is cut every half year.
INSERT INTO "SYSLOG" ("COMPNY", "LOGTS", "USRID", "PGMNAM", "ACTCD", "OBJREF", "LOGTXT")
SELECT o.compny, d.d + o.sec * interval '1 second', CASE o.src WHEN 'E' THEN 'BATCH' WHEN 'A' THEN 'BATCH' ELSE 'USER01' END, 'OE100',
       'ADD', 'OEHDR,' || o.ordno, CASE WHEN pg_temp.rnd(o.key, 97, 4) > 0 THEN 'ORDER ENTERED' END
  FROM gen_ord o
  JOIN gen_day d ON d.no = o.day
 WHERE o.day > :today - 183
 ORDER BY o.n;

UPDATE "NUMRNG" SET "LSTNO" = greatest("LSTNO", CASE "RNGID"
    WHEN 'ORDNO' THEN 100000 + :to
    WHEN 'PAYNO' THEN (SELECT max(payno) FROM gen_ar)
    WHEN 'JRNNO' THEN "LSTNO" + (SELECT count(*) + count(*) FILTER (WHERE paid <> 0) FROM gen_ar)
                              + (SELECT count(*) FROM gen_ord WHERE NOT qt AND pg_temp.rnd(key, 84, 25) = 0) END)
 WHERE "COMPNY" = :company AND "RNGID" IN ('ORDNO', 'PAYNO', 'JRNNO');
