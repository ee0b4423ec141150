-- Company, codes, number ranges, periods, users, carriers, warehouses.

INSERT INTO "CMPMAS" ("COMPNY", "CMPNAM", "CURCD", "CRYCD", "BUSDT") VALUES
  ('01', 'Meridian Großhandel GmbH & Co. KG', 'EUR', 'DE', 20261120),
  ('02', 'Meridian Objektservice GmbH', 'EUR', 'DE', 20261120);

-- Order status 40 and warehouse type Q are missing here, as the programs alone know them.
INSERT INTO "CODTAB" ("TABID", "CODE", "LANGCD", "CODTXT", "SORTNO")
SELECT x.tabid, x.code, l.lang, CASE l.lang WHEN 'D' THEN x.d ELSE x.e END, x.sort
  FROM (VALUES
    ('ORDST', '10', 'erfaßt', 'entered', 1), ('ORDST', '20', 'freigegeben', 'released', 2),
    ('ORDST', '50', 'geliefert', 'shipped', 3), ('ORDST', '90', 'storniert', 'cancelled', 4),
    ('ORDTY', 'SO', 'Auftrag', 'sales order', 1), ('ORDTY', 'QT', 'Angebot', 'quotation', 2),
    ('ORDSRC', 'E', 'EDI', 'EDI', 1), ('ORDSRC', 'P', 'Telefon', 'phone', 2), ('ORDSRC', 'W', 'Webshop', 'web shop', 3),
    ('ORDSRC', 'F', 'Fax', 'fax', 4), ('ORDSRC', 'A', 'Schnittstelle', 'interface', 5),
    ('CANCD', '01', 'Kundenwunsch', 'customer''s wish', 1), ('CANCD', '02', 'nicht lieferbar', 'not available', 2),
    ('CANCD', '03', 'doppelt erfaßt', 'entered twice', 3), ('CANCD', '09', 'sonstiges', 'other', 4),
    ('PAYTRM', 'N14', '14 Tage netto', '14 days net', 1), ('PAYTRM', 'N30', '30 Tage netto', '30 days net', 2),
    ('PAYTRM', 'N60', '60 Tage netto', '60 days net', 3),
    ('PAYMTH', 'UB', 'Überweisung', 'transfer', 1), ('PAYMTH', 'LS', 'Lastschrift', 'direct debit', 2),
    ('PAYMTH', 'SC', 'Scheck', 'cheque', 3),
    ('INVTY', 'I', 'Rechnung', 'invoice', 1), ('INVTY', 'C', 'Gutschrift', 'credit note', 2),
    ('ITMTY', 'S', 'Lagerartikel', 'stock item', 1), ('ITMTY', 'N', 'Strecke', 'non-stock', 2),
    ('ITMTY', 'V', 'Dienstleistung', 'service', 3),
    ('WHSTY', 'M', 'Zentrallager', 'main', 1), ('WHSTY', 'R', 'Regionallager', 'regional', 2),
    ('FUNCCD', 'EK', 'Einkauf', 'purchasing', 1), ('FUNCCD', 'BH', 'Buchhaltung', 'accounts', 2),
    ('FUNCCD', 'LG', 'Lager', 'warehouse', 3), ('FUNCCD', 'GF', 'Geschäftsführung', 'owner', 4)
  ) AS x (tabid, code, d, e, sort)
  CROSS JOIN (VALUES ('D'), ('E')) AS l (lang);

INSERT INTO "NUMRNG" ("COMPNY", "RNGID", "LSTNO", "MAXNO")
SELECT c.no, r.id, r.lst, r.max
  FROM (VALUES ('01'), ('02')) AS c (no)
  CROSS JOIN (VALUES ('ORDNO', 100000, 9999999999), ('SHPNO', 500000, 2147483647), ('INVNO', 0, 99999999),
                     ('CRDNO', 0, 99999999), ('PAYNO', 7000000, 9999999999), ('JRNNO', 0, 9999999999),
                     ('CUSNO', 0, 9999999)) AS r (id, lst, max);

-- Every month is closed but the last two.
INSERT INTO "PERIOD" ("COMPNY", "PERYR", "PERMO", "PERST", "CLSDT")
SELECT c.no, extract(year FROM m), extract(month FROM m), CASE WHEN m >= '2026-10-01' THEN 'O' ELSE 'C' END,
       CASE WHEN m >= '2026-10-01' THEN 0 ELSE to_char(m + interval '1 month 6 days', 'YYYYMMDD')::INTEGER END
  FROM (VALUES ('01'), ('02')) AS c (no)
  CROSS JOIN generate_series(timestamp '2019-01-01', '2026-11-01', '1 month') m;

INSERT INTO "USRMAS" ("USRID", "USRNAM", "PASSWD", "COMPNY", "USRGRP", "LCKFLG")
SELECT 'USER' || lpad(n::TEXT, 2, '0'), pg_temp.pick(n, 1, w.firstname) || ' ' || pg_temp.pick(n, 2, w.surname),
       'geheim' || n, CASE WHEN n % 5 = 0 THEN '02' WHEN n = 1 THEN '' ELSE '01' END,
       (ARRAY['VERK', 'LAGE', 'BUCH'])[1 + n % 3], (ARRAY['', 'N', 'Y'])[1 + (n % 7 = 0)::INTEGER * 2 + (n % 3 = 0 AND n % 7 > 0)::INTEGER]
  FROM generate_series(1, 24) n, gen_words w
UNION ALL
SELECT 'BATCH', 'Nachtlauf', 'batch', '', 'EDV', '';

INSERT INTO "CARMAS" ("CARCD", "CARNAM", "TRKURL") VALUES
  ('DHLP', 'DHL Paket', 'https://tracking.example/dhl/%1'), ('DPD', 'DPD', 'https://tracking.example/dpd/%1'),
  ('SPED', 'Spedition Köster', NULL), ('SELB', 'Selbstabholer', NULL);

INSERT INTO "WHSMAS" ("COMPNY", "WHSNO", "WHSNAM", "CITY", "WHSTY") VALUES
  ('01', 'HH1', 'Zentrallager Hamburg', 'Hamburg', 'M'), ('01', 'MUE2', 'Lager Süd', 'München', 'R'),
  ('01', 'HH9', 'Sperrlager', 'Hamburg', 'Q'), ('02', 'HH1', 'Servicelager', 'Hamburg', 'M');
