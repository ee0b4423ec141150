/** Changes between contract versions: data that describes how an older version differed from the newer one. */

/** One difference, seen from the newer version: `newer` names it has, `older` names the version before had. */
export interface Operation<Newer extends string = string, Older extends string = string> {
  readonly kind: "renamed" | "added" | "removed" | "movedInto" | "becameRequired";
  readonly newer: readonly Newer[];
  readonly older: readonly Older[];
}

export interface Change<Operations extends readonly Operation[] = readonly Operation[]> {
  /** The version this change makes, `YYYY-MM-DD`. */
  readonly version: string;
  readonly title: string;
  readonly why: string;
  readonly migrate: string;
  readonly operations: Operations;
}

/** Describes one change; the exported constant's name is a sentence, such as `shipToBecameAnObject`. */
export function defineChange<const Operations extends readonly Operation[]>(change: Change<Operations>): Change<Operations> {
  return change;
}

export function renamed<const Older extends string, const Newer extends string>(older: Older, newer: Newer): Operation<Newer, Older> {
  return { kind: "renamed", newer: [newer], older: [older] };
}

export function added<const Newer extends string>(newer: Newer): Operation<Newer, never> {
  return { kind: "added", newer: [newer], older: [] };
}

export function removed<const Older extends string>(older: Older): Operation<never, Older> {
  return { kind: "removed", newer: [], older: [older] };
}

export function movedInto<const Older extends string, const Newer extends string>(older: Older, newer: Newer): Operation<Newer, Older> {
  return { kind: "movedInto", newer: [newer], older: [older] };
}

/** The field names of the version before an operation. */
type FieldsBefore<Fields extends string, O> = O extends Operation<infer Newer, infer Older> ? Exclude<Fields, Newer> | Older : Fields;

/** Walks the operations of the changes, newest first, and yields the names that no version at that point had. */
type UnknownIn<Fields extends string, Operations> = Operations extends readonly [infer First, ...infer Rest]
  ? (First extends Operation<infer Newer, string> ? Exclude<Newer, Fields> : never) | UnknownIn<FieldsBefore<Fields, First>, Rest>
  : never;

type FieldsBeforeAll<Fields extends string, Operations> = Operations extends readonly [infer First, ...infer Rest]
  ? FieldsBeforeAll<FieldsBefore<Fields, First>, Rest>
  : Fields;

/** Names in `changes` that no version had where the change names them; `never` when all is well. */
export type UnknownFields<Fields extends string, Changes> = Changes extends readonly [infer First, ...infer Rest]
  ? First extends Change<infer Operations>
    ? UnknownIn<Fields, Operations> | UnknownFields<FieldsBeforeAll<Fields, Operations>, Rest>
    : never
  : never;
