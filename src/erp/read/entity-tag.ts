/** Entity tags that say of each writable field, too, whether it is as it was: the base of a three-way comparison, kept by nobody. */

import { hkdfSync } from "node:crypto";
import { isUpdatable, writableFields } from "#contract/writable-fields.ts";
import { digest, shortDigest } from "#lib/hash.ts";
import type { BoundResource } from "../binding/source.ts";
import type { RowTree } from "./rows.ts";

/** What became of the fields since a tag was given out. */
export type ChangedFields =
  | { readonly kind: "same" }
  | { readonly kind: "changed"; readonly fields: ReadonlySet<string> }
  /** The tag is of another form, such as from before a field became writable: nothing can be said of any field. */
  | { readonly kind: "unknown" };

export interface Tagged {
  /** `<digest of everything>`, or `<digest of everything>.<digest of each writable field>`; without the quotes of the header. */
  readonly tag: string;
  /** The fields that the tag speaks of, in its order. */
  readonly tagged: readonly string[];
}

/** 48 bits: a change that goes unnoticed is one in 10^14, and is noticed by the digest of everything. */
const pieceLength = 8;

/** Makes field digests unguessable: a caller who may not see a field could else find its value by trying. */
export function tagSalt(secret: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", secret, "", "sluice entity tag v1", 32)).toString("base64url");
}

/** `children`: the raw rows of all levels, as they are digested. Without a salt, tags say nothing of single fields. */
export function tagMaker(resource: BoundResource, salt: string | undefined): (id: string, tree: RowTree, children: readonly unknown[]) => Tagged {
  const whole = (row: readonly unknown[], children: readonly unknown[]): string => digest(JSON.stringify([row, children]));
  const pieces = salt === undefined || !isUpdatable(resource.contract) ? [] : piecesOf(resource);
  if (pieces.length === 0) return (_, { row }, children) => ({ tag: whole(row, children), tagged: [] });
  const tagged = pieces.map(({ name }) => name);
  return (id, tree, children) => {
    let tag = `${whole(tree.row, children)}.`;
    // The id and the name keep equal values of two things, or of two fields, from looking equal.
    for (const { name, from, to, level } of pieces)
      tag += shortDigest(JSON.stringify([salt, id, name, level === undefined ? tree.row.slice(from, to) : rowsOf(tree.levels[level] ?? [])]), pieceLength);
    return { tag, tagged };
  };
}

interface Piece {
  readonly name: string;
  /** Where its columns stand in the row. */
  readonly from: number;
  readonly to: number;
  /** Which level of child rows it is, where it is one. */
  readonly level: number | undefined;
}

/** In the order in which a single read lays out all fields: the key, then each field's columns. */
function piecesOf({ contract, binding }: BoundResource): readonly Piece[] {
  const places = new Map<string, Piece>();
  let from = binding.key.length;
  let levels = 0;
  for (const [name, { columns, children }] of Object.entries(binding.fields)) {
    places.set(name, { name, from, to: from + columns.length, level: children === undefined ? undefined : levels++ });
    from += columns.length;
  }
  return writableFields(contract).flatMap((field) => places.get(field) ?? []);
}

function rowsOf(trees: readonly RowTree[]): readonly unknown[] {
  return trees.map(({ row, levels }) => [row, levels.map(rowsOf)]);
}

/** `theirTag`: the one they hold, without its quotes. */
export function changedFields(theirTag: string, current: Tagged): ChangedFields {
  const [theirWhole, theirs] = theirTag.split(".", 2);
  const [whole, ours = ""] = current.tag.split(".", 2);
  if (theirWhole === whole) return { kind: "same" };
  if (theirs === undefined || theirs.length !== ours.length || ours === "") return { kind: "unknown" };
  const piece = (pieces: string, index: number): string => pieces.slice(index * pieceLength, (index + 1) * pieceLength);
  return { kind: "changed", fields: new Set(current.tagged.filter((_, index) => piece(theirs, index) !== piece(ours, index))) };
}

/**
 * As `changedFields`, for a caller who names several states (RFC 9110, section 13.1.1): one of them is enough; where none is
 * the present one, a field counts as unchanged only if it is as it was in all of them.
 */
export function changedSince(tags: readonly string[], current: Tagged): ChangedFields {
  const results = tags.map((tag) => changedFields(tag, current));
  if (results.some(({ kind }) => kind === "same")) return { kind: "same" };
  const changed = results.flatMap((result) => (result.kind === "changed" ? [result.fields] : []));
  return changed.length < results.length || changed.length === 0
    ? { kind: "unknown" }
    : { kind: "changed", fields: new Set(changed.flatMap((fields) => [...fields])) };
}
