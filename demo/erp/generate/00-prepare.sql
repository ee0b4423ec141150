-- What the other steps stand on, all of it temporary: a repeatable chance, a calendar, word lists.
-- Names after a colon are filled in by run-sql.ts.

-- A number 0..n-1 that depends on the seed, the row's key and a salt per use, and on nothing else: no row's value
-- depends on the order in which rows are made.
CREATE FUNCTION pg_temp.rnd(key BIGINT, salt INTEGER, n INTEGER) RETURNS INTEGER
LANGUAGE sql IMMUTABLE AS $$ SELECT ((hashint8extended(key * 1009 + salt, :seed) & 2147483647) % n)::INTEGER $$;

CREATE FUNCTION pg_temp.pick(key BIGINT, salt INTEGER, words TEXT[]) RETURNS TEXT
LANGUAGE sql IMMUTABLE AS $$ SELECT words[1 + pg_temp.rnd(key, salt, cardinality(words))] $$;

-- Seconds of a day as HHMMSS.
CREATE FUNCTION pg_temp.hms(s INTEGER) RETURNS INTEGER
LANGUAGE sql IMMUTABLE AS $$ SELECT s / 3600 * 10000 + s / 60 % 60 * 100 + s % 60 $$;

-- Day 0 is 1 January 2019, day :today is 20 November 2026, the ERP's last day.
CREATE TEMP TABLE gen_day AS
SELECT no, ts::DATE AS d, to_char(ts, 'YYYYMMDD')::INTEGER AS ymd,
       (extract(year FROM ts)::INTEGER - 1900) * 1000 + extract(doy FROM ts)::INTEGER AS jul
  FROM generate_series(-400, :today + 200) no
  CROSS JOIN LATERAL (SELECT timestamp '2019-01-01' + no * interval '1 day' AS ts) x;
ALTER TABLE gen_day ADD PRIMARY KEY (no);

CREATE TEMP TABLE gen_words AS SELECT
  ARRAY['Müller','Schäfer','Köhler','Jäger','Böhm','Krüger','Weiß','Grünwald','Hansen','Petersen','Lindner','Brandt',
        'Vogel','Strauß','Öttinger','Behrens','Claußen','Dörfler','Eggers','Frölich','Gärtner','Hübner','Kaiser','Möller',
        'Nowak','Ostermann','Pröll','Reuter','Süß','Thießen','Ullrich','Wörner','Zöllner','Aßmann','Bäcker','Çelik'] AS surname,
  ARRAY['Anna','Björn','Cäcilie','Dörte','Emil','Frauke','Götz','Hannelore','Ingo','Jürgen','Käthe','Lars','Maren',
        'Norbert','Özlem','Petra','Rüdiger','Sören','Tülay','Uwe','Volker','Wiebke','René','Zoë'] AS firstname,
  ARRAY['Baustoffe','Elektrogroßhandel','Sanitärtechnik','Eisenwaren','Werkzeuge','Industriebedarf','Gartenbau','Holzhandel',
        'Metallbau','Haustechnik','Farben & Lacke','Schraubenhandel','Küchenstudio','Fördertechnik','Bürobedarf'] AS trade,
  ARRAY['GmbH','GmbH & Co. KG','KG','AG','e. K.','OHG'] AS legal,
  ARRAY['Hauptstraße','Bahnhofstraße','Am Güterbahnhof','Industriestraße','Königsallee','Mühlenweg','Gewerbepark Süd',
        'Hafenstraße','Schützenstraße','An der Brücke','Rosenweg','Lübecker Straße','Daimlerstraße','Zum Wäldchen'] AS street,
  ARRAY['20457|Hamburg|DE','80331|München|DE','50667|Köln|DE','40213|Düsseldorf|DE','90402|Nürnberg|DE','28195|Bremen|DE',
        '01067|Dresden|DE','44135|Dortmund|DE','24103|Kiel|DE','97070|Würzburg|DE','72070|Tübingen|DE','37073|Göttingen|DE',
        '23552|Lübeck|DE','48143|Münster|DE','38100|Braunschweig|DE','1010|Wien|AT','8010|Graz|AT','8001|Zürich|CH',
        '3011|Bern|CH','75001|Paris|FR','67000|Straßburg|FR','1011|Amsterdam|NL','8000|Århus|DK'] AS place,
  ARRAY['Sechskantschraube','Kabelbinder','Bohrmaschine','Dübel','Rohrschelle','Kugelhahn','Lüftungsgitter','Schlüsselfeile',
        'Winkelschleifer','Dichtungsring','Leuchtröhre','Verlängerungskabel','Farbrolle','Montageschaum','Gehörschutz',
        'Türschließer','Wasserwaage','Hängeschrank','Schweißdraht','Nagelplatte'] AS noun,
  ARRAY['Hex bolt','Cable tie','Power drill','Wall plug','Pipe clamp','Ball valve','Air grille','Key file',
        'Angle grinder','Sealing ring','Fluorescent tube','Extension cord','Paint roller','Mounting foam','Ear defender',
        'Door closer','Spirit level','Wall cabinet','Welding wire','Nail plate'] AS noun_en,
  ARRAY['Vis à tête hexagonale','Serre-câble','Perceuse','Cheville','Collier','Vanne à bille','Grille d''aération',
        'Lime à clé','Meuleuse d''angle','Joint d''étanchéité','Tube fluorescent','Rallonge','Rouleau à peinture',
        'Mousse','Protège-oreilles','Ferme-porte','Niveau à bulle','Armoire murale','Fil à souder','Plaque à clous'] AS noun_fr,
  ARRAY['M6','M8','M10','10 mm','25 mm','1/2"','Größe L','Größe S','weiß','schwarz','verzinkt','Edelstahl','5er-Satz','Profi'] AS variant,
  ARRAY['Bitte vor 10 Uhr anliefern, Tür hinten links.','Anlieferung über den Hof, Schlüssel beim Pförtner.',
        'Avis 1 Std. vorher, Größe der Palette max. 1,20 m.','Rückfrage an Frau Müller.','Teillieferung unerwünscht.'] AS remark;
