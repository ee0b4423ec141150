-- Customers of both companies. The numbers of the two overlap on purpose: C0000001 of 01 and of 02 are two firms.
-- A few have a part to play: 1 to 3 are the big ones, 7 has no credit left, 8 is blocked, 9 is the dirty one
-- (see dirty.ts), 10 is deleted, 11 is a subsidiary whose bills 1 pays.

INSERT INTO "CUSGRP" ("COMPNY", "CUSGRP", "GRPTXT", "DSCPC")
SELECT c.no, g.* FROM (VALUES ('01'), ('02')) AS c (no)
  CROSS JOIN (VALUES ('VERB', 'Einkaufsverbund', 5), ('HAND', 'Handwerk', 2), ('INDU', 'Industrie', 3),
                     ('KOMM', 'Kommunen', 0), ('EXPO', 'Export', 1)) AS g (id, txt, pc);

INSERT INTO "CUSMAS" ("COMPNY", "CUSNO", "CUSNM1", "CUSNM2", "SRCHNM", "STREET", "ZIPCD", "CITY", "CRYCD", "LANGCD",
  "VATID", "VATCD", "CUSGRP", "BILTO", "CURCD", "PAYTRM", "DSCPC", "CRDLIM", "SLSMN", "EMAIL", "PHONE", "BLKFLG",
  "CRTDT", "CHGDT", "CHGTM", "DELFLG")
SELECT c.compny, 'C' || lpad(k::TEXT, 7, '0'), left(x.surname || ' ' || x.trade || ' ' || x.legal, 35),
       CASE WHEN pg_temp.rnd(key, 5, 10) = 0 THEN 'Abt. ' || pg_temp.pick(key, 6, ARRAY['Einkauf', 'Zentrale', 'Außenlager']) END,
       upper(left(translate(replace(replace(replace(replace(x.surname, 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'),
                            'ÖÇ', 'OC'), 12)),
       pg_temp.pick(key, 7, w.street) || ' ' || 1 + pg_temp.rnd(key, 8, 180),
       split_part(x.place, '|', 1), split_part(x.place, '|', 2), x.cry,
       CASE x.cry WHEN 'DE' THEN 'D' WHEN 'AT' THEN 'D' WHEN 'CH' THEN 'D' WHEN 'FR' THEN 'F' ELSE 'E' END,
       CASE WHEN pg_temp.rnd(key, 9, 4) > 0 THEN x.cry || 100000000 + pg_temp.rnd(key, 10, 899999999) ELSE '' END,
       CASE x.cry WHEN 'DE' THEN '1' ELSE '0' END,
       CASE WHEN k <= 3 OR k = 11 THEN 'VERB' WHEN x.cry <> 'DE' THEN 'EXPO'
            ELSE pg_temp.pick(key, 11, ARRAY['HAND', 'HAND', 'INDU', 'KOMM']) END,
       CASE WHEN k = 11 THEN 'C0000001' WHEN k > 20 AND pg_temp.rnd(key, 12, 20) = 0 THEN 'C' || lpad((k - 1)::TEXT, 7, '0')
            ELSE '' END,
       CASE WHEN x.cry = 'CH' THEN 'CHF' ELSE 'EUR' END,
       pg_temp.pick(key, 13, ARRAY['N30', 'N30', 'N14', 'N60']),
       (ARRAY[0, 0, 2, 3, 5, 7.5])[1 + pg_temp.rnd(key, 14, 6)],
       CASE WHEN k IN (1, 3) THEN 0 WHEN k = 2 THEN 900000000000 WHEN k = 7 THEN 100
            ELSE (ARRAY[0, 2500000, 5000000, 20000000])[1 + pg_temp.rnd(key, 15, 4)] END,
       'V' || lpad((1 + pg_temp.rnd(key, 16, 12))::TEXT, 3, '0'),
       CASE WHEN pg_temp.rnd(key, 17, 8) > 0 THEN 'einkauf@kunde' || k || '.example' END,
       CASE WHEN pg_temp.rnd(key, 18, 6) > 0 THEN '+49 40 ' || 100000 + pg_temp.rnd(key, 19, 899999) END,
       CASE WHEN k = 8 OR k > 20 AND pg_temp.rnd(key, 20, 60) = 0 THEN 'Y' WHEN pg_temp.rnd(key, 21, 2) = 0 THEN 'N' ELSE '' END,
       cr.ymd, coalesce(ch.ymd, 0), CASE WHEN ch.ymd IS NULL THEN 0 ELSE pg_temp.hms(25200 + pg_temp.rnd(key, 23, 36000)) END,
       CASE WHEN k = 10 OR k > 20 AND pg_temp.rnd(key, 24, 80) = 0 THEN 'D' ELSE '' END
  FROM (VALUES ('01', 1, :customers1), ('02', 2, :customers2)) AS c (compny, no, count)
  CROSS JOIN LATERAL generate_series(1, c.count) k
  CROSS JOIN LATERAL (SELECT c.no * 1000000000::BIGINT + k AS key) AS y
  CROSS JOIN gen_words w
  CROSS JOIN LATERAL (
    SELECT p.place, split_part(p.place, '|', 3) AS cry, pg_temp.pick(key, 2, w.surname) AS surname,
           pg_temp.pick(key, 3, w.trade) AS trade, pg_temp.pick(key, 4, w.legal) AS legal
      FROM (SELECT CASE WHEN k <= 3 THEN w.place[k] ELSE pg_temp.pick(key, 1, w.place) END AS place) p) AS x
  JOIN gen_day cr ON cr.no = -400 + pg_temp.rnd(key, 22, 400)
  LEFT JOIN gen_day ch ON ch.no = pg_temp.rnd(key, 25, :today) AND pg_temp.rnd(key, 26, 3) > 0;

UPDATE "NUMRNG" SET "LSTNO" = CASE "COMPNY" WHEN '01' THEN :customers1 ELSE :customers2 END WHERE "RNGID" = 'CUSNO';

INSERT INTO "CUSSHP" ("COMPNY", "CUSNO", "SHPSQ", "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY", "GLNNO", "DFTFLG", "CHGDT",
  "CHGTM", "DELFLG")
SELECT c."COMPNY", c."CUSNO", s, left('Lager ' || split_part(p.place, '|', 2) || ' ' || s, 35),
       pg_temp.pick(key, 2, w.street) || ' ' || 1 + pg_temp.rnd(key, 3, 90), split_part(p.place, '|', 1),
       split_part(p.place, '|', 2), split_part(p.place, '|', 3),
       CASE WHEN pg_temp.rnd(key, 4, 2) = 0 THEN '40' || lpad(pg_temp.rnd(key, 5, 2000000000)::TEXT, 11, '0') ELSE '' END,
       CASE s WHEN 1 THEN 'Y' ELSE 'N' END, c."CHGDT", c."CHGTM",
       CASE WHEN s > 1 AND pg_temp.rnd(key, 6, 25) = 0 THEN 'D' ELSE '' END
  FROM "CUSMAS" c
  CROSS JOIN LATERAL (SELECT c."COMPNY"::BIGINT * 1000000000 + substr(c."CUSNO", 2)::BIGINT AS ckey) AS k
  CROSS JOIN LATERAL generate_series(1, CASE c."CUSNO" WHEN 'C0000001' THEN 12 WHEN 'C0000002' THEN 6 WHEN 'C0000003' THEN 3
                                        ELSE pg_temp.rnd(ckey, 30, 4) END) AS s
  CROSS JOIN LATERAL (SELECT ckey * 16 + s AS key) AS y
  CROSS JOIN gen_words w
  CROSS JOIN LATERAL (SELECT pg_temp.pick(key, 1, w.place) AS place) AS p;

INSERT INTO "CUSCON" ("COMPNY", "CUSNO", "CONSQ", "TITLCD", "FSTNAM", "LSTNAM", "FUNCCD", "EMAIL", "PHONE", "NEWSLT", "BRTHDT",
  "DELFLG")
SELECT c."COMPNY", c."CUSNO", s, pg_temp.pick(key, 1, ARRAY['1', '2', '']),
       CASE WHEN pg_temp.rnd(key, 2, 6) > 0 THEN pg_temp.pick(key, 3, w.firstname) END, pg_temp.pick(key, 4, w.surname),
       pg_temp.pick(key, 5, ARRAY['EK', 'EK', 'BH', 'LG', 'GF']),
       CASE WHEN pg_temp.rnd(key, 6, 3) > 0 THEN 'kontakt' || s || '@kunde' || substr(c."CUSNO", 2)::INTEGER || '.example' END,
       c."PHONE", pg_temp.rnd(key, 7, 2),
       CASE WHEN pg_temp.rnd(key, 8, 3) = 0 THEN 19600101 + pg_temp.rnd(key, 9, 40) * 10000 + pg_temp.rnd(key, 10, 12) * 100
                                                 + pg_temp.rnd(key, 11, 28) ELSE 0 END,
       CASE WHEN pg_temp.rnd(key, 12, 30) = 0 THEN 'D' ELSE '' END
  FROM "CUSMAS" c
  CROSS JOIN LATERAL (SELECT c."COMPNY"::BIGINT * 1000000000 + substr(c."CUSNO", 2)::BIGINT AS ckey) AS k
  CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.rnd(ckey, 31, 3)) AS s
  CROSS JOIN LATERAL (SELECT ckey * 16 + s AS key) AS y
  CROSS JOIN gen_words w;

-- What orders need of a customer, by its number.
CREATE TEMP TABLE gen_cus AS
SELECT "COMPNY" AS compny, substr("CUSNO", 2)::INTEGER AS k, "CUSNO" AS cusno,
       coalesce(nullif("BILTO", ''), "CUSNO") AS bilto, "CUSNM1" AS nam, "STREET" AS str, "ZIPCD" AS zip, "CITY" AS cty,
       "CRYCD" AS cry, "CURCD" AS curcd, "PAYTRM" AS paytrm, substr("PAYTRM", 2)::INTEGER AS days, "SLSMN" AS slsmn,
       "DSCPC" AS dscpc, ("DSCPC" * 100)::INTEGER AS dsc, CASE "VATCD" WHEN '1' THEN 19 ELSE 0 END AS vat,
       (SELECT count(*)::INTEGER FROM "CUSSHP" s WHERE s."COMPNY" = c."COMPNY" AND s."CUSNO" = c."CUSNO") AS nshp
  FROM "CUSMAS" c;
ANALYZE gen_cus;
