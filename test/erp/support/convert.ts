/** Reads single values through a conversion. */
import type { AnyConversion } from "#erp/binding/conversion.ts";

/** The public value of raw columns, and how often the conversion found that they do not fit. */
export function convert(conversion: AnyConversion, ...row: readonly unknown[]): { readonly value: unknown; readonly drifts: number } {
  let drifts = 0;
  const value = conversion.read(row, 0, () => {
    drifts += 1;
  });
  return { value, drifts };
}

/** The public value of columns that fit; throws where they do not. */
export function read(conversion: AnyConversion, ...row: readonly unknown[]): unknown {
  const { value, drifts } = convert(conversion, ...row);
  if (drifts > 0) throw new Error(`${JSON.stringify(row)} does not fit`);
  return value;
}

export const drifted = { value: undefined, drifts: 1 } as const;
