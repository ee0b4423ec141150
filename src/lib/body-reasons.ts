/** Why a body is refused, place by place: the codes that `errors` of `malformed-body` and `invalid-body` can carry. Codes never change meaning. */

/** Of what is no JSON, or JSON that could mean several things. */
export const malformedReasons = {
  "empty-body": "There is nothing but white space.",
  incomplete: "The body ended before it was complete.",
  "byte-order-mark": "The body begins with a byte order mark.",
  "invalid-utf-8": "The body is not UTF-8.",
  "malformed-json": "The body is not JSON from this place on.",
  "trailing-text": "Something follows the JSON value.",
  "duplicate-member": "A name stands in one object more than once.",
  "forbidden-member": "No member may be called `__proto__`.",
  "nul-character": "A text holds the character NUL.",
  "lone-surrogate": "A text holds half of a surrogate pair.",
  "number-not-exact": "A number has more digits, or is greater or smaller, than a double-precision number can hold.",
  "too-deep": "More than 32 objects and lists stand inside each other.",
  "too-many-values": "The body has more than 10,000 members and elements.",
  "too-long": "A name has more than 100 characters, or a text more than 65,536.",
} as const satisfies Record<string, string>;

export type MalformedReason = keyof typeof malformedReasons;

/** Of what does not fit the operation. */
export const invalidReasons = {
  required: "Something that has to be there is not.",
  "wrong-type": "A value of another JSON type.",
  "too-long": "A text or list with too many characters or elements.",
  "too-short": "A text or list with too few characters or elements.",
  "out-of-range": "A number or date beyond those that are taken.",
  "too-precise": "A number with more decimals than are kept.",
  "not-one-of": "A value that is none of a fixed set.",
  malformed: "A text without the form of what it should be, such as a date.",
  "unknown-field": "A member that this operation does not know.",
  "field-not-writable": "A field that somebody else owns, or that this operation does not write.",
  "not-storable": "A value that cannot be stored as it is, such as a character that the system behind the API lacks.",
  contradiction: "Two members that are stored as one do not agree.",
  "unknown-reference": "An id that is none, or none that your key may see.",
  invalid: "Any other rule, which `detail` names.",
} as const satisfies Record<string, string>;

export type InvalidReason = keyof typeof invalidReasons;
