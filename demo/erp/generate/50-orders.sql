-- Orders from..to of one company: what each is and what it consists of.

TRUNCATE gen_ord, gen_lin, gen_shp, gen_inv;

INSERT INTO gen_ord
WITH who AS MATERIALIZED (
  SELECT n, :cmp * 1000000000::BIGINT + n AS key, (n - 1)::FLOAT8 / :orders AS f
    FROM generate_series(:from, :to) n
), moment AS MATERIALIZED (
  -- The house has grown: sales per day are five times what they were in 2019. Office hours are 7 to 17.
  SELECT n, key, floor((0.35 * f + 0.65 * f * (2 - f)) * (:today + 1) * 36000)::BIGINT AS t,
         pg_temp.rnd(key, 1, 1000) AS big, pg_temp.rnd(key, 2, 1000000) / 1000000.0::FLOAT8 AS u,
         pg_temp.pick(key, 3, ARRAY['E', 'E', 'E', 'P', 'P', 'W', 'W', 'F', 'A']) AS src
    FROM who
), fate AS MATERIALIZED (
  SELECT n, key, (t / 36000)::INTEGER AS day, src,
         -- EDI orders come in by the quarter of an hour, many with the same time.
         25200 + CASE src WHEN 'E' THEN (t % 36000)::INTEGER / 900 * 900 ELSE (t % 36000)::INTEGER END AS sec,
         CASE WHEN :cmp = 1 AND big < 300 THEN 1 WHEN :cmp = 1 AND big < 400 THEN 2 WHEN :cmp = 1 AND big < 450 THEN 3
              WHEN :cmp = 1 THEN 4 + floor((:customers - 3) * u * (0.3 + 0.7 * u))::INTEGER
              ELSE 1 + floor(:customers * u * (0.3 + 0.7 * u))::INTEGER END AS k,
         CASE WHEN pg_temp.rnd(key, 7, 500) = 0 THEN 25 ELSE 1 + pg_temp.rnd(key, 8, 6) END AS nl,
         pg_temp.rnd(key, 4, 100) < 3 AS qt,
         CASE WHEN pg_temp.rnd(key, 5, 100) < 15 THEN 20 + pg_temp.rnd(key, 6, 41) ELSE 1 + pg_temp.rnd(key, 6, 9) END AS d1
    FROM moment
), way AS MATERIALIZED (
  SELECT *, :today - day AS age, NOT qt AND nl >= 2 AND pg_temp.rnd(key, 9, 100) < 15 AS split,
         d1 + 2 + pg_temp.rnd(key, 10, 12) AS d2
    FROM fate
), state AS MATERIALIZED (
  SELECT *, CASE WHEN qt THEN CASE WHEN age < 60 THEN '10' ELSE '90' END
                 WHEN age >= 2 AND pg_temp.rnd(key, 11, 1000) < 35 THEN '90'
                 WHEN age >= CASE WHEN split THEN d2 ELSE d1 END THEN '50'
                 WHEN age >= d1 THEN '40'
                 WHEN d1 - age <= 3 THEN '20' ELSE '10' END AS st
    FROM way
)
SELECT n, key, lpad((100000 + n)::TEXT, 10, '0'), :company, k, day, sec, nl, qt, split, d1, d2, src, st,
       NOT qt AND st IN ('10', '20') AND pg_temp.rnd(key, 12, 100) < 6,
       CASE WHEN :cmp = 1 AND pg_temp.rnd(key, 13, 5) = 0 THEN 'MUE2' ELSE 'HH1' END
  FROM state;

INSERT INTO gen_lin
WITH draw AS MATERIALIZED (
  SELECT o.n, l, o.k, o.split, o.nl, x.lkey,
         1 + floor(:items * y.u * (0.2 + 0.8 * y.u))::INTEGER AS ik
    FROM gen_ord o
    CROSS JOIN LATERAL generate_series(1, o.nl) l
    CROSS JOIN LATERAL (SELECT o.key * 64 + l AS lkey) x
    CROSS JOIN LATERAL (SELECT pg_temp.rnd(x.lkey, 100, 1000000) / 1000000.0::FLOAT8 AS u) y
), priced AS MATERIALIZED (
  SELECT d.*, i.itmno, i.itmds, v.uomcd, v.fc, i.lstpr * v.fc / 1000 AS untpr, c.dsc, c.dscpc, i.lstpr * i.costpc / 100 AS cst, i.wgt,
         (1 + pg_temp.rnd(d.lkey, 101, CASE v.uomcd WHEN 'KAR' THEN 4 ELSE 24 END)) * 1000
         + CASE WHEN v.uomcd IN ('MTR', 'KG') THEN pg_temp.rnd(d.lkey, 102, 4) * 250 ELSE 0 END AS q,
         NOT d.split AND d.l > 1 AND pg_temp.rnd(d.lkey, 103, 100) = 0 AS del
    FROM draw d
    JOIN gen_itm i ON i.compny = :company AND i.k = d.ik
    JOIN gen_cus c ON c.compny = :company AND c.k = d.k
    CROSS JOIN LATERAL (SELECT i.kar AND pg_temp.rnd(d.lkey, 104, 3) = 0 AS box) b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.box THEN 'KAR' ELSE i.uomcd END AS uomcd,
                               CASE WHEN b.box THEN 12000 ELSE 1000 END AS fc) v
), cut AS MATERIALIZED (
  SELECT *, CASE WHEN NOT split THEN q WHEN l = 1 AND q >= 2000 THEN q / 2000 * 1000 WHEN l <= (nl + 1) / 2 THEN q ELSE 0 END AS q1,
         (q::BIGINT * untpr * (10000 - dsc) + 5000000) / 10000000 AS amt
    FROM priced
)
SELECT n, l, itmno, itmds, q, q1, uomcd, fc, untpr, amt, amt * q1 / q, (q::BIGINT * fc * cst + 500000) / 1000000,
       q::BIGINT * fc * wgt / 1000000, del, dscpc
  FROM cut;

ANALYZE gen_ord;
ANALYZE gen_lin;
