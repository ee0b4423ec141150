-- Shipments of the chunk: one per order, two when it was split; the second exists from the first one's leaving on.

INSERT INTO gen_shp
SELECT o.n, s, (r."LSTNO" + row_number() OVER (ORDER BY o.n, s))::INTEGER, x.plday,
       CASE WHEN x.shipped THEN x.plday END,
       x.shipped OR NOT o.held AND pg_temp.rnd(o.key, 60 + s, 100) < 35, o.key * 4 + s
  FROM gen_ord o
  JOIN "NUMRNG" r ON r."COMPNY" = o.compny AND r."RNGID" = 'SHPNO'
  CROSS JOIN generate_series(1, 2) s
  CROSS JOIN LATERAL (SELECT o.day + CASE s WHEN 1 THEN o.d1 ELSE o.d2 END AS plday,
                             o.st = '50' OR o.st = '40' AND s = 1 AS shipped) x
 WHERE NOT o.qt AND o.st IN ('20', '40', '50') AND (s = 1 OR o.split AND o.st <> '20');

UPDATE "NUMRNG" SET "LSTNO" = greatest("LSTNO", (SELECT max(shpno) FROM gen_shp))
 WHERE "COMPNY" = :company AND "RNGID" = 'SHPNO';
ANALYZE gen_shp;

INSERT INTO "SHLIN" ("COMPNY", "SHPNO", "SHLNO", "ORDNO", "LINNO", "ITMNO", "QTYSH", "LOTNO")
SELECT :company, s.shpno, row_number() OVER (PARTITION BY s.shpno ORDER BY l.l), lpad((100000 + s.n)::TEXT, 10, '0'), l.l * 10,
       l.itmno, x.q, CASE WHEN pg_temp.rnd(s.key * 32 + l.l, 1, 5) = 0 THEN 'CH' || 100000 + pg_temp.rnd(s.key * 32 + l.l, 2, 900000) ELSE '' END
  FROM gen_shp s
  JOIN gen_lin l USING (n)
  CROSS JOIN LATERAL (SELECT CASE s.s WHEN 1 THEN l.q1 ELSE l.q - l.q1 END AS q) x
 WHERE NOT l.del AND x.q > 0;

INSERT INTO "SHHDR" ("COMPNY", "SHPNO", "ORDNO", "WHSNO", "CARCD", "TRKNO", "PLNDT", "PCKFLG", "SHPDT", "SHPTM", "PKGCNT", "WGTGR",
  "CHGDT", "CHGTM")
SELECT o.compny, s.shpno, o.ordno, o.whsno, c.carcd,
       CASE WHEN s.shday IS NOT NULL AND c.carcd IN ('DHLP', 'DPD') THEN '00340' || lpad((s.key % 1000000007)::TEXT, 12, '0') END,
       p.ymd, CASE WHEN s.picked THEN 'Y' ELSE '' END, CASE WHEN s.shday IS NULL THEN 0 ELSE p.ymd END,
       CASE WHEN s.shday IS NULL THEN 0 ELSE h.tm END, 1 + w.wgt / 25000, w.wgt, CASE WHEN s.shday IS NULL THEN d.ymd ELSE p.ymd END, h.tm
  FROM gen_shp s
  JOIN gen_ord o USING (n)
  JOIN (SELECT s.shpno, sum(CASE s.s WHEN 1 THEN l.wgt * l.q1 / l.q ELSE l.wgt - l.wgt * l.q1 / l.q END)::BIGINT AS wgt
          FROM gen_shp s JOIN gen_lin l USING (n) WHERE NOT l.del GROUP BY 1) w USING (shpno)
  CROSS JOIN LATERAL (SELECT pg_temp.pick(o.key, 24, ARRAY['DHLP', 'DHLP', 'DPD', 'SPED', 'SELB']) AS carcd,
                             pg_temp.hms(32400 + pg_temp.rnd(s.key, 3, 28800)) AS tm) h0
  CROSS JOIN LATERAL (SELECT h0.carcd) c
  CROSS JOIN LATERAL (SELECT h0.tm) h
  JOIN gen_day p ON p.no = s.plday
  -- A shipment is planned three days before it leaves.
  JOIN gen_day d ON d.no = greatest(o.day, least(:today, s.plday - 3))
 ORDER BY s.shpno;
