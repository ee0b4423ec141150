/** A small ERP and its contract parts, for the fixtures of this folder. */
import { defineSource, wire, z } from "sluice";

export interface Tables {
  OEHDR: {
    ORDNO: string;
    CUSNO: string;
    ORDST: "10" | "50" | "90";
    ORDDT: number;
    SHIPDT: number | null;
    ORDTOT: number;
    CURCD: string;
    SHNAM: string;
    SHCTY: string;
    PICTURE: Uint8Array;
    RUSH: boolean;
    TEMPLATE: number;
  };
  OELIN: { ORDNO: string; LINNO: number; ITMNO: string; QTYOR: number };
  OEARC: { ORDNO: string };
  TMPL: { TMPLNO: number; TITLE: string; OWNER: string };
  TEXTS: { ORDNO: string; LANG: string; TXT: string };
}

export const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });

/** What most fixtures promise; each adds the field its mistake is in. */
export const base = {
  singular: "order",
  team: "orders",
  summary: "Orders.",
} as const;

export const scope = "orders:read";

export const id = wire.id();
export const Line = z.object({ sku: z.string(), quantity: wire.decimal() });
