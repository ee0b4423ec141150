/** `undecided`: what a draft leaves to people. It fits nowhere, so the compiler asks the question. */

/** Carries the question into the compiler's message; an array, so that it can be taken for nothing else. */
export interface Undecided<Question extends string> {
  readonly undecided: readonly [Question];
}

/**
 * Stands in a draft where only people know the answer: whose a row is, what a code means. Put the answer in its place.
 * The compiler refuses it with the question in its message; a project that is started all the same stops with it.
 */
export function undecided<const Question extends string>(question: Question): Undecided<Question> {
  throw new Error(`Undecided: ${question}`);
}
