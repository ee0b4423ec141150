-- Open items, payments and journal of the chunk's invoices.

TRUNCATE gen_ar;

INSERT INTO gen_ar
WITH doc AS MATERIALIZED (
  SELECT i.key, i.invno, i.ty, c.bilto, c.curcd, i.day, i.day + CASE i.ty WHEN 'I' THEN c.days ELSE 0 END AS due, i.n,
         (i.net + i.frt + i.vat) * CASE i.ty WHEN 'I' THEN 1 ELSE -1 END AS amt, pg_temp.rnd(i.key, 80, 200) AS luck
    FROM gen_inv i
    JOIN gen_ord o USING (n)
    JOIN gen_cus c ON c.compny = o.compny AND c.k = o.k
), pay AS MATERIALIZED (
  -- Most pay around the due date, credit notes are paid out in three days. One in 200 of the last two years never
  -- pays, one in 200 bounces, one in 200 pays half.
  SELECT *, CASE WHEN ty = 'C' THEN day + 3 ELSE greatest(day + 1, due - 10 + pg_temp.rnd(key, 81, 36)) END AS payday,
         ty = 'I' AND day > :today - 700 AND luck < 2 AS never, ty = 'I' AND day > :today - 700 AND luck = 2 AS half
    FROM doc
), paid AS (
  SELECT *, CASE WHEN payday > :today OR never THEN 0 WHEN half THEN amt / 2 ELSE amt END AS paid,
         never AND luck = 1 AND payday <= :today AS bounced
    FROM pay
)
SELECT p.key, p.invno, p.ty, p.bilto, p.curcd, p.day, p.due, p.amt, p.paid, p.payday, p.bounced, p.n,
       CASE WHEN p.paid <> 0 OR p.bounced
            THEN r."LSTNO" + row_number() OVER (PARTITION BY p.paid <> 0 OR p.bounced ORDER BY p.n, p.invno) END
  FROM paid p
  JOIN "NUMRNG" r ON r."COMPNY" = :company AND r."RNGID" = 'PAYNO';
ANALYZE gen_ar;

INSERT INTO "AROPN" ("COMPNY", "DOCNO", "DOCTY", "CUSNO", "DOCJD", "DUEJD", "CURCD", "DOCAMT", "OPNAMT", "CLRJD", "DUNLV")
SELECT :company, a.invno, a.ty, a.cusno, d.jul, u.jul, a.curcd, a.amt, a.amt - a.paid, CASE WHEN a.paid = a.amt THEN p.jul ELSE 0 END,
       CASE WHEN a.paid = a.amt OR a.ty = 'C' THEN 0 ELSE greatest(0, least(3, (:today - a.due) / 14)) END
  FROM gen_ar a
  JOIN gen_day d ON d.no = a.day
  JOIN gen_day u ON u.no = a.due
  JOIN gen_day p ON p.no = a.payday
 ORDER BY a.invno;

-- A bounced payment stays on file, reversed.
INSERT INTO "ARPAY" ("COMPNY", "PAYNO", "CUSNO", "DOCNO", "PAYJD", "CURCD", "PAYAMT", "PAYMTH", "BNKREF", "RVSFLG")
SELECT :company, a.payno, a.cusno, a.invno, p.jul, a.curcd,
       CASE WHEN a.bounced THEN a.amt ELSE a.paid END,
       CASE WHEN a.bounced THEN 'LS' ELSE pg_temp.pick(a.key, 82, ARRAY['UB', 'UB', 'UB', 'LS', 'SC']) END,
       CASE WHEN pg_temp.rnd(a.key, 83, 5) > 0 THEN 'SEPA-' || a.key % 10000000019 END, CASE WHEN a.bounced THEN 'Y' ELSE '' END
  FROM gen_ar a
  JOIN gen_day p ON p.no = a.payday
 WHERE a.payno IS NOT NULL
 ORDER BY a.payno;

-- The journal: invoices and credit notes, payments, and accruals for some orders that are open or have been.
INSERT INTO "GLJRN" ("COMPNY", "JRNNO", "JRNDT", "PERYM", "ACCT", "CUSNO", "REFTYP", "REFNO", "DCFLG", "JRNAMT", "JRNTXT")
SELECT :company, r."LSTNO" + row_number() OVER (ORDER BY j.n, j.typ, j.ref), d.ymd, d.ymd / 100, j.acct, j.cusno, j.typ, j.ref,
       CASE WHEN (j.typ = 'P') = (j.amt > 0) THEN 'C' ELSE 'D' END, abs(j.amt) * 0.01, j.txt
  FROM (SELECT n, 'I' AS typ, invno AS ref, day, '1400' AS acct, cusno, amt, CASE ty WHEN 'I' THEN 'RECHNUNG' ELSE 'GUTSCHRIFT' END AS txt
          FROM gen_ar
        UNION ALL
        SELECT n, 'P', payno::TEXT, payday, '1400', cusno, paid, 'ZAHLUNGSEINGANG' FROM gen_ar WHERE paid <> 0
        UNION ALL
        SELECT o.n, 'O', o.ordno, o.day, '0970', c.cusno, s.net, NULL
          FROM gen_ord o
          JOIN gen_cus c ON c.compny = o.compny AND c.k = o.k
          JOIN (SELECT n, sum(amt) FILTER (WHERE NOT del)::BIGINT AS net FROM gen_lin GROUP BY n) s USING (n)
         WHERE NOT o.qt AND pg_temp.rnd(o.key, 84, 25) = 0) j
  JOIN "NUMRNG" r ON r."COMPNY" = :company AND r."RNGID" = 'JRNNO'
  JOIN gen_day d ON d.no = j.day;
