/** Opaque ids: the columns of an ERP key, of any width and type, made into one URL-safe string and back. */

import { trimEnd } from "./conversion.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isSafe(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** Letters and digits, and after the first of them also `.`, `_` and `-`: what nearly all keys are made of. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isSafe(code) && (at === 0 || (code !== 45 && code !== 46 && code !== 95))) return false;
  }
  return text !== "";
}

/** One key column: safe characters stand for themselves, every other byte is `!XX`, and nothing at all is `!`. */
function encodePart(value: unknown): string {
  const text = trimEnd(String(value));
  if (isPlain(text)) return text;
  if (text === "") return "!";
  let out = "";
  for (const byte of encoder.encode(text)) {
    out +=
      isSafe(byte) || (out !== "" && (byte === 45 || byte === 46 || byte === 95))
        ? String.fromCharCode(byte)
        : `!${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/** Makes the id of a key. CHAR padding is no part of it. */
export function encodeId(values: readonly unknown[]): string {
  return values.length === 1 ? encodePart(values[0]) : values.map(encodePart).join("~");
}

/** The key columns' texts, or undefined where `id` is not exactly what `encodeId` would have made of them. */
export function decodeId(id: string, width: number): readonly string[] | undefined {
  const parts = id.split("~");
  if (parts.length !== width) return undefined;
  const values: string[] = [];
  for (const part of parts) {
    const value = isPlain(part) ? part : decodePart(part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return encodeId(values) === id ? values : undefined;
}

function decodePart(part: string): string | undefined {
  if (part === "!") return "";
  const bytes: number[] = [];
  for (let at = 0; at < part.length; at += 1) {
    const char = part.charAt(at);
    if (char !== "!") {
      bytes.push(char.charCodeAt(0));
      continue;
    }
    const hex = part.slice(at + 1, at + 3);
    if (!/^[0-9A-F]{2}$/.test(hex)) return undefined;
    bytes.push(Number.parseInt(hex, 16));
    at += 2;
  }
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined; // not UTF-8: no id of ours
  }
}
