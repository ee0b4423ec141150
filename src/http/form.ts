/** Reads `application/x-www-form-urlencoded` strictly: whatever could mean two things is refused. */

export type FormRead = { readonly kind: "form"; readonly form: ReadonlyMap<string, string> } | { readonly kind: "refused"; readonly why: string };

const maxParameters = 50;

/** A parameter without a value counts as left out, and none may stand twice (RFC 6749, section 3.2). */
export function readForm(bytes: Uint8Array): FormRead {
  const form = new Map<string, string>();
  const seen = new Set<string>();
  const text = utf8(bytes);
  if (text === undefined) return refused("The form is not UTF-8.");
  const pairs = text.split("&");
  if (pairs.length > maxParameters) return refused(`The form has more than ${maxParameters} parameters.`);
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return refused("The form is not well-formed percent-encoded UTF-8.");
    if (seen.has(name)) return refused("A parameter is given more than once.");
    seen.add(name);
    if (value !== "") form.set(name, value);
  }
  return { kind: "form", form };
}

function refused(why: string): FormRead {
  return { kind: "refused", why };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
