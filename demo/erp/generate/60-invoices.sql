-- Invoices of the chunk: one per shipment that left, a day later at most; a few lines are credited again.

INSERT INTO gen_inv
SELECT s.n, s.s, s.key, 'RE' || lpad((r."LSTNO" + row_number() OVER (ORDER BY s.shpno))::TEXT, 8, '0'), 'I', '', s.shpno, x.day,
       a.net, f.frt, c.vat, ((a.net + f.frt) * c.vat + 50) / 100, a.lines = 1, pg_temp.rnd(s.key, 71, 100) < 2 AND x.day + 20 <= :today
  FROM gen_shp s
  JOIN gen_ord o USING (n)
  JOIN gen_cus c ON c.compny = o.compny AND c.k = o.k
  JOIN "NUMRNG" r ON r."COMPNY" = o.compny AND r."RNGID" = 'INVNO'
  JOIN (SELECT s.shpno, sum(CASE s.s WHEN 1 THEN l.amt1 ELSE l.amt - l.amt1 END)::BIGINT AS net, count(*) AS lines
          FROM gen_shp s JOIN gen_lin l USING (n)
         WHERE NOT l.del AND CASE s.s WHEN 1 THEN l.q1 ELSE l.q - l.q1 END > 0 GROUP BY 1) a USING (shpno)
  JOIN (SELECT n, sum(amt) AS ordnet FROM gen_lin WHERE NOT del GROUP BY 1) t USING (n)
  -- The first shipment pays the freight.
  CROSS JOIN LATERAL (SELECT CASE WHEN t.ordnet >= 50000 OR s.s = 2 THEN 0 ELSE 990 END AS frt) f
  CROSS JOIN LATERAL (SELECT s.shday + pg_temp.rnd(s.key, 70, 2) AS day) x
 WHERE s.shday IS NOT NULL AND x.day <= :today;

-- A credit note takes back the first line of its invoice.
INSERT INTO gen_inv
SELECT i.n, i.s, i.key * 2 + 1, 'GS' || lpad((r."LSTNO" + row_number() OVER (ORDER BY i.shpno))::TEXT, 8, '0'), 'C', i.invno, 0,
       i.day + 5 + pg_temp.rnd(i.key, 72, 11), l.amt, 0, i.vatpc, (l.amt * i.vatpc + 50) / 100, false, false
  FROM gen_inv i
  JOIN "NUMRNG" r ON r."COMPNY" = :company AND r."RNGID" = 'CRDNO'
  JOIN (SELECT DISTINCT ON (x.invno) x.invno, CASE x.s WHEN 1 THEN l.amt1 ELSE l.amt - l.amt1 END AS amt
          FROM gen_inv x
          JOIN gen_lin l USING (n)
         WHERE x.credited AND NOT l.del AND CASE x.s WHEN 1 THEN l.q1 ELSE l.q - l.q1 END > 0
         ORDER BY x.invno, l.l) l ON l.invno = i.invno
 WHERE i.credited;

UPDATE "NUMRNG" SET "LSTNO" = greatest("LSTNO", (SELECT max(substr(invno, 3)::BIGINT) FROM gen_inv
                                                  WHERE ty = CASE "RNGID" WHEN 'INVNO' THEN 'I' ELSE 'C' END))
 WHERE "COMPNY" = :company AND "RNGID" IN ('INVNO', 'CRDNO');
ANALYZE gen_inv;

INSERT INTO "INLIN" ("COMPNY", "INVNO", "INLNO", "ORDNO", "LINNO", "ITMNO", "QTYIN", "UOMCD", "UNTPR", "DSCPC", "LINAMT")
SELECT :company, invno, no, lpad((100000 + n)::TEXT, 10, '0'), l * 10, itmno, q * 0.001, uomcd, untpr * 0.01, dscpc, amt * 0.01
  FROM (SELECT i.invno, i.ty, i.n, l.l, l.itmno, l.uomcd, l.untpr, l.dscpc, x.q, x.amt,
               row_number() OVER (PARTITION BY i.invno ORDER BY l.l) AS no
          FROM gen_inv i
          JOIN gen_lin l USING (n)
          CROSS JOIN LATERAL (SELECT CASE i.s WHEN 1 THEN l.q1 ELSE l.q - l.q1 END AS q,
                                     CASE i.s WHEN 1 THEN l.amt1 ELSE l.amt - l.amt1 END AS amt) x
         WHERE NOT l.del AND x.q > 0) p
 WHERE ty = 'I' OR no = 1;

INSERT INTO "INHDR" ("COMPNY", "INVNO", "INVTY", "INVST", "CUSNO", "BILTO", "ORDNO", "SHPNO", "ORGINV", "INVDT", "DUEDT", "CURCD",
  "INVNET", "FRTAMT", "VATPC", "VATAMT", "INVTOT", "CHGDT", "CHGTM")
SELECT o.compny, i.invno, i.ty, CASE WHEN i.credited AND i.single THEN 'X' WHEN i.day = :today THEN '' ELSE 'P' END,
       c.cusno, c.bilto, o.ordno, i.shpno, i.org, d.ymd, u.ymd, c.curcd, i.net * 0.01, i.frt * 0.01, i.vatpc, i.vat * 0.01,
       (i.net + i.frt + i.vat) * 0.01, d.ymd, pg_temp.hms(68400 + pg_temp.rnd(i.key, 73, 3600))
  FROM gen_inv i
  JOIN gen_ord o USING (n)
  JOIN gen_cus c ON c.compny = o.compny AND c.k = o.k
  JOIN gen_day d ON d.no = i.day
  JOIN gen_day u ON u.no = i.day + CASE i.ty WHEN 'I' THEN c.days ELSE 0 END
 ORDER BY i.invno;
