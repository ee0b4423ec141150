-- What is still to be delivered, per order line, as the purchasing department's list has it.
CREATE FUNCTION "OE_OPEN_LINES"(p_compny CHAR)
RETURNS TABLE ("COMPNY" CHAR(2), "ORDNO" CHAR(10), "LINNO" INTEGER, "CUSNO" CHAR(8), "ITMNO" CHAR(15),
               "UOMCD" CHAR(3), "QTYOP" INTEGER, "REQDT" INTEGER)
LANGUAGE sql STABLE AS $$
  SELECT h."COMPNY", h."ORDNO", l."LINNO", h."CUSNO", l."ITMNO", l."UOMCD", l."QTYOR" - l."QTYSH",
         CASE WHEN l."REQDT" = 0 THEN h."REQDT" ELSE l."REQDT" END
    FROM "OEHDR" h
    JOIN "OELIN" l ON l."COMPNY" = h."COMPNY" AND l."ORDNO" = h."ORDNO"
   WHERE h."COMPNY" = p_compny AND h."ORDTY" = 'SO' AND h."ORDST" IN ('10', '20', '40') AND h."DELFLG" <> 'D'
     AND l."DELFLG" <> 'D' AND l."QTYOR" > l."QTYSH"
$$;
