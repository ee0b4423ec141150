/** Whether a thing already is as a caller wants it. */

/** Members that the caller does not name may be anything; lists have to be equally long. Values as in JSON. */
export function agrees(wanted: unknown, present: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(present) && wanted.length === present.length && wanted.every((value, index) => agrees(value, present[index]));
  if (isObject(wanted)) return isObject(present) && Object.entries(wanted).every(([member, value]) => value === undefined || agrees(value, present[member]));
  return wanted === (present ?? null);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
