/** JSON values, and where in one something stands. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

const maxNameLength = 100;

/** The JSON pointer (RFC 6901) to a member or element; `""` is the whole. Names of what callers sent are cut at 100 characters. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${escaped(String(step))}`).join("");
}

function escaped(name: string): string {
  return name.slice(0, maxNameLength).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");
}
