-- Items with texts, units, extension, prices. Company 02 sells a quarter of the range, under the same numbers.

INSERT INTO "UOMTAB" ("UOMCD", "ISOCD", "UOMTXT", "DECPL") VALUES
  ('STK', 'C62', 'Stück', 0), ('KAR', 'CT', 'Karton', 0), ('PAL', 'PF', 'Palette', 0), ('MTR', 'MTR', 'Meter', 2),
  ('KG', 'KGM', 'Kilogramm', 3);

INSERT INTO "ITMGRP" ("COMPNY", "ITMGRP", "GRPTXT")
SELECT c.no, g.* FROM (VALUES ('01'), ('02')) AS c (no)
  CROSS JOIN (VALUES ('1000', 'Befestigung'), ('2000', 'Elektro'), ('3000', 'Sanitär'), ('4000', 'Werkzeug'),
                     ('5000', 'Farben'), ('6000', 'Möbelbeschläge')) AS g (id, txt);

CREATE TEMP TABLE gen_itm AS
SELECT c.compny, k, y.key, 1 + k % 20 AS word,
       chr(65 + k % 6) || '-' || 10000 + k || CASE WHEN k % 9 = 0 THEN '-XL' ELSE '' END AS itmno,
       left(w.noun[1 + k % 20] || ' ' || pg_temp.pick(key, 1, w.variant), 40) AS itmds,
       CASE WHEN pg_temp.rnd(key, 2, 10) = 0 THEN 'MTR' WHEN pg_temp.rnd(key, 2, 10) = 1 THEN 'KG' ELSE 'STK' END AS uomcd,
       80 + pg_temp.rnd(key, 3, 300)::BIGINT * pg_temp.rnd(key, 4, 60) AS lstpr, 55 + pg_temp.rnd(key, 5, 25) AS costpc,
       20 + pg_temp.rnd(key, 6, 3000) AS wgt, pg_temp.rnd(key, 7, 4) = 0 AS kar
  FROM (VALUES ('01', 1, :items1), ('02', 2, :items2)) AS c (compny, no, count)
  CROSS JOIN LATERAL generate_series(1, c.count) k
  CROSS JOIN LATERAL (SELECT c.no * 1000000000::BIGINT + k AS key) AS y
  CROSS JOIN gen_words w;
ALTER TABLE gen_itm ADD PRIMARY KEY (compny, k);
ANALYZE gen_itm;

INSERT INTO "ITMMAS" ("COMPNY", "ITMNO", "ITMDS", "ITMGRP", "ITMTY", "UOMCD", "EANNO", "ATRBIT", "WGTGR", "CSTPR", "LSTPR",
  "VATCD", "SUPNO", "WEBFLG", "CRTDT", "DSCDT", "CHGDT", "CHGTM", "DELFLG")
SELECT compny, itmno, itmds, (1 + k % 6) || '000',
       CASE WHEN pg_temp.rnd(key, 10, 50) = 0 THEN 'V' WHEN pg_temp.rnd(key, 10, 50) < 4 THEN 'N' ELSE 'S' END, uomcd,
       CASE WHEN pg_temp.rnd(key, 11, 10) > 0 THEN '40' || lpad(pg_temp.rnd(key, 12, 2000000000)::TEXT, 11, '0') ELSE '' END,
       CASE WHEN pg_temp.rnd(key, 13, 3) = 0 THEN pg_temp.rnd(key, 14, 32) ELSE 0 END, wgt, lstpr * costpc / 100, lstpr,
       '1', 'L' || lpad((1 + pg_temp.rnd(key, 15, 400))::TEXT, 7, '0'), pg_temp.pick(key, 16, ARRAY['Y', 'Y', 'N', '']),
       cr.ymd, CASE WHEN k > 20 AND pg_temp.rnd(key, 18, 40) = 0 THEN 20250101 + 10000 * pg_temp.rnd(key, 19, 2) ELSE 0 END,
       coalesce(ch.ymd, 0), CASE WHEN ch.ymd IS NULL THEN 0 ELSE pg_temp.hms(25200 + pg_temp.rnd(key, 20, 36000)) END,
       CASE WHEN k > 20 AND pg_temp.rnd(key, 21, 50) = 0 THEN 'D' ELSE '' END
  FROM gen_itm
  JOIN gen_day cr ON cr.no = -400 + pg_temp.rnd(key, 17, 400)
  LEFT JOIN gen_day ch ON ch.no = pg_temp.rnd(key, 22, :today) AND pg_temp.rnd(key, 23, 3) > 0;

INSERT INTO "ITMTXT" ("COMPNY", "ITMNO", "LANGCD", "TXTTY", "ITXT")
SELECT i.compny, i.itmno, l.lang, t.ty,
       (CASE l.lang WHEN 'D' THEN w.noun WHEN 'E' THEN w.noun_en ELSE w.noun_fr END)[i.word]
       || CASE t.ty WHEN 'L' THEN ', ' || pg_temp.pick(i.key, 1, w.variant) || ', ' || i.wgt || ' g' ELSE '' END
  FROM gen_itm i
  CROSS JOIN gen_words w
  CROSS JOIN (VALUES ('D', 100), ('E', 80), ('F', 35)) AS l (lang, pc)
  CROSS JOIN (VALUES ('S'), ('L')) AS t (ty)
 WHERE pg_temp.rnd(i.key, 30 + l.pc, 100) < l.pc;

INSERT INTO "ITMEXT" ("COMPNY", "ITMNO", "WEBNAM", "PUBFLG", "PUBDT", "LENMM", "WIDMM", "HGTMM", "RTGAVG")
SELECT compny, itmno, CASE WHEN pg_temp.rnd(key, 40, 5) > 0 THEN itmds || ' – jetzt online' END, pg_temp.rnd(key, 41, 4) > 0,
       CASE WHEN pg_temp.rnd(key, 42, 4) > 0 THEN date '2016-01-01' + pg_temp.rnd(key, 43, 3900) END,
       10 + pg_temp.rnd(key, 44, 900), 10 + pg_temp.rnd(key, 45, 500),
       CASE WHEN pg_temp.rnd(key, 46, 5) > 0 THEN 5 + pg_temp.rnd(key, 47, 300) END,
       CASE WHEN pg_temp.rnd(key, 48, 3) = 0 THEN (100 + pg_temp.rnd(key, 49, 401)) / 100.0 END
  FROM gen_itm;

INSERT INTO "ITMUOM" ("COMPNY", "ITMNO", "UOMCD", "UOMFC", "SLSFLG")
SELECT compny, itmno, uomcd, 1000, 'Y' FROM gen_itm
UNION ALL SELECT compny, itmno, 'KAR', 12000, 'Y' FROM gen_itm WHERE kar
UNION ALL SELECT compny, itmno, 'PAL', 480000, '' FROM gen_itm WHERE kar;

INSERT INTO "PRCHDR" ("COMPNY", "PRCLST", "PRCTXT", "CURCD")
SELECT c.no, p.* FROM (VALUES ('01'), ('02')) AS c (no)
  CROSS JOIN (VALUES ('LIST', 'Bruttopreisliste', 'EUR'), ('NET', 'Nettopreise je Kunde', 'EUR')) AS p (id, txt, cur);

-- The list for everybody: an old price, today's, and a scale from 100.
INSERT INTO "PRCLIN" ("COMPNY", "PRCLST", "CUSNO", "ITMNO", "VALFR", "VALTO", "MINQT", "PRICE", "CHGDT")
SELECT compny, 'LIST', '', itmno, v.fr, v.til, v.qty, greatest(1, lstpr * v.pc / 100), v.fr
  FROM gen_itm
  CROSS JOIN (VALUES (0, 20241231, 0, 94), (20250101, 99999999, 0, 100), (20250101, 0, 100000, 95)) AS v (fr, til, qty, pc)
 WHERE v.qty = 0 OR pg_temp.rnd(key, 50, 4) = 0;

-- Own prices: the three big customers on a tenth of the range each, one in ten others on a few items.
INSERT INTO "PRCLIN" ("COMPNY", "PRCLST", "CUSNO", "ITMNO", "VALFR", "VALTO", "MINQT", "PRICE", "CHGDT", "DELFLG")
SELECT i.compny, 'NET', c.cusno, i.itmno, 20260101, CASE WHEN pg_temp.rnd(i.key, 51 + c.k, 3) = 0 THEN 20261231 ELSE 0 END, 0,
       greatest(1, i.lstpr * 85 / 100), 20260101, CASE WHEN pg_temp.rnd(i.key, 60 + c.k, 30) = 0 THEN 'D' ELSE '' END
  FROM gen_cus c
  JOIN gen_itm i ON i.compny = c.compny AND i.k % 10 = c.k
 WHERE c.k <= 3
UNION ALL
SELECT i.compny, 'NET', c.cusno, i.itmno, 20260101, 99999999, 0, greatest(1, i.lstpr * 90 / 100), 20260101, ''
  FROM gen_cus c
  JOIN gen_itm i ON i.compny = c.compny AND i.k BETWEEN c.k % 200 + 1 AND c.k % 200 + 5
 WHERE c.k > 3 AND c.k % 10 = 4;
