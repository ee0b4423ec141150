/** What is remembered of a thing instead of the thing: a digest of each field that an event rule names. */

import { hash } from "node:crypto";
import type { Item } from "#contract/captured.ts";
import { valueAt } from "#contract/events-of.ts";

/** 64 bits of each field: a change that goes unnoticed is one in 10^19. */
const pieceLength = 8;
/** Names what the pieces are made of. Two digests with different heads say nothing of one another. */
const headLength = 6;

/** Makes digests of things by the values of `paths`; `madeOf` says how these values are made of columns. */
export function digester(madeOf: string, paths: readonly string[]): (item: Item) => Uint8Array {
  const head = hash("sha256", JSON.stringify([madeOf, paths]), "buffer").subarray(0, headLength);
  return (item) => Buffer.concat([head, ...paths.map((path) => hash("sha256", certainText(valueAt(item, path)), "buffer").subarray(0, pieceLength))]);
}

/** The paths that differ; undefined where the digests are not made of the same. */
export function differingPaths(before: Uint8Array, after: Uint8Array, paths: readonly string[]): readonly string[] | undefined {
  if (before.length !== after.length || !sameBytes(before.subarray(0, headLength), after.subarray(0, headLength))) return undefined;
  return paths.filter((_, index) => {
    const [from, to] = [headLength + index * pieceLength, headLength + (index + 1) * pieceLength];
    return !sameBytes(before.subarray(from, to), after.subarray(from, to));
  });
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/**
 * One text for what is the same to a partner. Rows of a list are taken as a set: where their order is not fixed by what they are
 * sorted by, a database gives them in another one each time. Absent is null.
 */
export function certainText(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    const texts = value.map(certainText);
    return `[${(value.some(isObject) ? texts.sort() : texts).join(",")}]`;
  }
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${certainText(member)}`).join(",")}}`;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
