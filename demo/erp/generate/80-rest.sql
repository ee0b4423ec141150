-- What depends on all orders: stock, waiting payments, notes and extra fields of master data.

INSERT INTO "STKBAL" ("COMPNY", "ITMNO", "WHSNO", "QTYOH", "QTYAL", "QTYOO", "BINLOC", "CNTDT", "CHGDT", "CHGTM")
SELECT i.compny, i.itmno, w."WHSNO",
       coalesce(a.qty, 0) + 1000::BIGINT * CASE w."WHSTY" WHEN 'Q' THEN pg_temp.rnd(y.key, 1, 20) ELSE pg_temp.rnd(y.key, 1, 2000) END,
       coalesce(a.qty, 0), CASE WHEN pg_temp.rnd(y.key, 2, 3) = 0 THEN pg_temp.rnd(y.key, 3, 500) * 1000 ELSE 0 END,
       chr(65 + pg_temp.rnd(y.key, 4, 8)) || '-' || lpad(pg_temp.rnd(y.key, 5, 1000)::TEXT, 3, '0'),
       CASE WHEN pg_temp.rnd(y.key, 6, 5) > 0 THEN 20251231 ELSE 0 END, d.ymd, pg_temp.hms(25200 + pg_temp.rnd(y.key, 7, 36000))
  FROM gen_itm i
  JOIN "WHSMAS" w ON w."COMPNY" = i.compny
  CROSS JOIN LATERAL (SELECT i.key * 4 + CASE w."WHSNO" WHEN 'HH1' THEN 1 WHEN 'MUE2' THEN 2 ELSE 3 END AS key) y
  LEFT JOIN (SELECT l."COMPNY", l."ITMNO", l."WHSNO", sum((l."QTYOR" - l."QTYSH")::BIGINT * l."UOMFC" / 1000)::BIGINT AS qty
               FROM "OEHDR" h
               JOIN "OELIN" l ON l."COMPNY" = h."COMPNY" AND l."ORDNO" = h."ORDNO"
              WHERE h."ORDTY" = 'SO' AND h."ORDST" IN ('10', '20', '40') AND l."DELFLG" = ''
              GROUP BY 1, 2, 3) a ON a."COMPNY" = i.compny AND a."ITMNO" = i.itmno AND a."WHSNO" = w."WHSNO"
  JOIN gen_day d ON d.no = :today - pg_temp.rnd(y.key, 8, 30)
 WHERE a.qty IS NOT NULL OR w."WHSTY" = 'M' OR pg_temp.rnd(y.key, 9, 3) = 0;

-- The last month's transfers came in through the import; a few rows failed, twenty are waiting.
INSERT INTO "PAYIMP" ("COMPNY", "CUSNO", "EXTREF", "DOCNO", "PAYDT", "CURCD", "PAYAMT", "IMPST", "PAYNO", "CRTTS")
SELECT p."COMPNY", p."CUSNO", p."BNKREF", p."DOCNO", d.ymd, p."CURCD", p."PAYAMT", 'P', p."PAYNO",
       d.d + (36000 + p."PAYNO" % 20000) * interval '1 second'
  FROM "ARPAY" p
  JOIN gen_day d ON d.jul = p."PAYJD"
 WHERE d.no > :today - 30 AND p."PAYMTH" = 'UB' AND p."PAYAMT" > 0 AND p."BNKREF" IS NOT NULL
 ORDER BY p."COMPNY", p."PAYNO";

INSERT INTO "PAYIMP" ("COMPNY", "CUSNO", "EXTREF", "DOCNO", "PAYDT", "CURCD", "PAYAMT", "IMPST", "ERRCD", "ERRTXT", "CRTTS")
SELECT '01', 'C' || lpad((1 + n % 6)::TEXT, 7, '0'), 'BANK-E-' || n, 'RE99999999', 20261119, 'EUR', 1000 * n, 'E', 'E002',
       'AR-002 REJECTED', timestamp '2026-11-20 06:00:00'
  FROM generate_series(1, 5) n
UNION ALL
SELECT '01', 'C' || lpad((1 + n % 6)::TEXT, 7, '0'), 'BANK-' || n, '', 20261120, 'EUR', 25000 + 1000 * n, '', '', NULL,
       timestamp '2026-11-20 12:00:00'
  FROM generate_series(1, 20) n;

INSERT INTO "NOTES" ("COMPNY", "OBJTY", "OBJKEY", "SEQNO", "NOTTXT", "INTFLG", "CRTUSR", "CRTDT")
SELECT compny, 'CU', cusno, 1, pg_temp.pick(k, 1, ARRAY['zahlt pünktlich', 'Achtung: nur gegen Vorkasse', 'Ansprechpartner wechselt häufig']),
       'Y', 'USER03', 20240115
  FROM gen_cus WHERE pg_temp.rnd(k, 2, 10) = 0
UNION ALL
SELECT compny, 'IT', itmno, 1, 'Nachfolger beachten', 'N', 'USER05', 20250301 FROM gen_itm WHERE pg_temp.rnd(key, 51, 33) = 0;

INSERT INTO "XTRFLD" ("COMPNY", "TABNAM", "KEYVAL", "FLDNAM", "FLDVAL")
SELECT compny, 'CUSMAS', cusno, f.nam, CASE f.nam WHEN 'EDIGLN' THEN '40' || lpad((k * 7919)::TEXT, 11, '0') WHEN 'RATING' THEN (1 + k % 5)::TEXT ELSE 'ja' END
  FROM gen_cus CROSS JOIN (VALUES ('EDIGLN'), ('RATING'), ('PALTAUSCH')) AS f (nam)
 WHERE pg_temp.rnd(k, 3, 10) < 3
UNION ALL
SELECT compny, 'ITMMAS', itmno, f.nam, CASE f.nam WHEN 'COLOR' THEN pg_temp.pick(key, 52, ARRAY['weiß', 'grün', 'rot']) ELSE '27' || k % 90 END
  FROM gen_itm CROSS JOIN (VALUES ('COLOR'), ('UNSPSC')) AS f (nam)
 WHERE pg_temp.rnd(key, 53, 5) = 0;
