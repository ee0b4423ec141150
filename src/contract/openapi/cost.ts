/** What an operation costs, in documents. */

/** Nothing is said of what costs one, as most do. */
export function costInWords(cost: number): readonly string[] {
  return cost === 1 ? [] : [`Costs ${cost} units of your plan's [limits](/docs/guides/limits).`];
}
