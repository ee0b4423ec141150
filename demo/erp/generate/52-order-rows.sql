-- The chunk's rows of order entry, or of its archive ("OEHDRA", "OELINA"), for the days dayfrom..dayto.

INSERT INTO "OELIN:archive" ("COMPNY", "ORDNO", "LINNO", "ITMNO", "ITMDS", "QTYOR", "QTYSH", "UOMCD", "UOMFC", "UNTPR", "DSCPC",
  "LINAMT", "WHSNO", "REQDT", "LINST", "DELFLG")
SELECT o.compny, o.ordno, l.l * 10, l.itmno, l.itmds, l.q, s.qsh, l.uomcd, l.uomfc, l.untpr, l.dscpc, l.amt, o.whsno, 0,
       CASE WHEN o.st = '90' OR l.del THEN '90' WHEN s.qsh = l.q THEN '50' WHEN s.qsh > 0 THEN '40' ELSE '10' END,
       CASE WHEN l.del THEN 'D' ELSE '' END
  FROM gen_ord o
  JOIN gen_lin l USING (n)
  CROSS JOIN LATERAL (SELECT CASE WHEN l.del THEN 0 WHEN o.st = '50' THEN l.q WHEN o.st = '40' THEN l.q1 ELSE 0 END AS qsh) s
 WHERE o.day BETWEEN :dayfrom AND :dayto
 ORDER BY o.n, l.l;

INSERT INTO "OEHDR:archive" ("COMPNY", "ORDNO", "ORDTY", "ORDST", "HLDFLG", "CUSNO", "BILTO", "SHPSQ", "SHNAM", "SHSTR", "SHZIP",
  "SHCTY", "SHCRY", "CUSREF", "ORDDT", "ORDTM", "REQDT", "CNFDT", "CURCD", "ORDNET", "FRTAMT", "ORDVAT", "ORDTOT",
  "MRGAMT", "PAYTRM", "SLSMN", "WHSNO", "CARCD", "PRIO", "ORDSRC", "CMTTXT", "CANCD", "CRTUSR", "CHGUSR", "CHGDT",
  "CHGTM", "DELFLG")
SELECT o.compny, o.ordno, CASE WHEN o.qt THEN 'QT' ELSE 'SO' END, o.st,
       CASE WHEN o.held THEN 'Y' WHEN pg_temp.rnd(key, 20, 3) = 0 THEN '' ELSE 'N' END,
       c.cusno, c.bilto, coalesce(a."SHPSQ", 0), coalesce(a."SHNAM", c.nam), coalesce(a."SHSTR", c.str),
       coalesce(a."SHZIP", c.zip), coalesce(a."SHCTY", c.cty), coalesce(a."SHCRY", c.cry),
       rpad(CASE WHEN pg_temp.rnd(key, 21, 12) = 0 THEN '' ELSE 'PO-' || o.n || '/' || pg_temp.rnd(key, 22, 100) END, 20),
       d.ymd, pg_temp.hms(o.sec), CASE WHEN pg_temp.rnd(key, 23, 4) = 0 THEN 0 ELSE rq.ymd END,
       CASE WHEN o.st = '10' OR o.qt THEN 0 ELSE cf.ymd END, c.curcd, t.net, t.frt / 100.0::FLOAT8, t.vat,
       t.net + t.frt + t.vat, t.net - t.cost, c.paytrm, c.slsmn, o.whsno,
       pg_temp.pick(key, 24, ARRAY['DHLP', 'DHLP', 'DPD', 'SPED', 'SELB']), 1 + pg_temp.rnd(key, 25, 9), o.src,
       CASE WHEN pg_temp.rnd(key, 26, 12) = 0 THEN convert_to(pg_temp.pick(key, 27, w.remark), 'LATIN1') END,
       -- The reason of a cancellation is a column of 2022.
       CASE WHEN o.st = '90' AND o.day >= 1096 THEN pg_temp.pick(key, 28, ARRAY['01', '01', '02', '03', '09']) END,
       CASE o.src WHEN 'E' THEN 'BATCH' WHEN 'A' THEN 'BATCH' ELSE 'USER' || lpad((1 + pg_temp.rnd(key, 29, 24))::TEXT, 2, '0') END,
       CASE WHEN o.st <> '10' THEN 'USER' || lpad((1 + pg_temp.rnd(key, 30, 24))::TEXT, 2, '0') END,
       ch.ymd, CASE WHEN ch.no = o.day THEN pg_temp.hms(o.sec) ELSE pg_temp.hms(25200 + pg_temp.rnd(key, 31, 36000)) END,
       CASE WHEN o.st = '90' AND pg_temp.rnd(key, 32, 12) = 0 THEN 'D' ELSE '' END
  FROM gen_ord o
  CROSS JOIN gen_words w
  JOIN gen_cus c ON c.compny = o.compny AND c.k = o.k
  JOIN (SELECT n, sum(amt) FILTER (WHERE NOT del)::BIGINT AS net, sum(cost) FILTER (WHERE NOT del)::BIGINT AS cost
          FROM gen_lin GROUP BY n) s USING (n)
  CROSS JOIN LATERAL (SELECT CASE WHEN s.net >= 50000 THEN 0 ELSE 990 END AS frt) f
  CROSS JOIN LATERAL (SELECT s.net, s.cost, f.frt, ((s.net + f.frt) * c.vat + 50) / 100 AS vat) t
  JOIN gen_day d ON d.no = o.day
  JOIN gen_day rq ON rq.no = o.day + o.d1 + pg_temp.rnd(key, 33, 3)
  JOIN gen_day cf ON cf.no = o.day + o.d1
  JOIN gen_day ch ON ch.no = CASE o.st WHEN '50' THEN o.day + CASE WHEN o.split THEN o.d2 ELSE o.d1 END
                                       WHEN '40' THEN o.day + o.d1 WHEN '10' THEN o.day
                                       ELSE least(:today, o.day + CASE WHEN o.qt THEN 60 ELSE 1 END) END
  LEFT JOIN "CUSSHP" a ON a."COMPNY" = o.compny AND a."CUSNO" = c.cusno AND a."DELFLG" = ''
                      AND a."SHPSQ" = pg_temp.rnd(key, 34, c.nshp + 1)
 WHERE o.day BETWEEN :dayfrom AND :dayto
 ORDER BY o.n;
