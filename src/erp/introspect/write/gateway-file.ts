/** The lines that a draft needs in `gateway.ts`. */

import { camelCase } from "../guess/public-names.ts";

export type GatewayEdit =
  | { readonly kind: "changed"; readonly text: string }
  | { readonly kind: "unchanged" }
  | { readonly kind: "by hand"; readonly lines: readonly string[] };

/** Adds imports and names to the list of resources, where the file has the plain form of one list of names. */
export function withResources(text: string, resources: readonly string[]): GatewayEdit {
  const missing = resources.filter((resource) => !text.includes(`./resources/${resource}/erp.ts`));
  if (missing.length === 0) return { kind: "unchanged" };
  const imports = missing.map((resource) => `import { ${camelCase(resource)}InErp } from "./resources/${resource}/erp.ts";`);
  const names = missing.map((resource) => `${camelCase(resource)}InErp`);
  const byHand: GatewayEdit = { kind: "by hand", lines: [...imports, `resources: [..., ${names.join(", ")}]`] };

  const lists = [...text.matchAll(/\bresources:\s*\[([\w$\s,]*)\]/g)];
  const [found] = lists;
  const lastImport = [...text.matchAll(/^import [^;]*;$/gm)].at(-1);
  if (found === undefined || lists.length > 1 || lastImport === undefined) return byHand;
  if (names.some((name) => new RegExp(`\\b${name}\\b`).test(text))) return byHand;
  const inside = (found[1] ?? "").replace(/[\s,]+$/, "");
  const added = inside.includes("\n")
    ? `${inside},${names.map((name) => `\n${/\n([ \t]*)\S/.exec(inside)?.[1] ?? "    "}${name}`).join(",")},\n${/\n([ \t]*)$/.exec(found[1] ?? "")?.[1] ?? "  "}`
    : [inside.trim(), ...names].filter((name) => name !== "").join(", ");
  const listed = text.slice(0, found.index) + found[0].replace(/\[[\w$\s,]*\]/, () => `[${added}]`) + text.slice(found.index + found[0].length);
  const end = lastImport.index + lastImport[0].length;
  return { kind: "changed", text: `${listed.slice(0, end)}\n${imports.join("\n")}${listed.slice(end)}` };
}
