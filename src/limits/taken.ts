/** What the script of limits answers, as a value. */

export interface Taken {
  readonly admitted: boolean;
  /** Whether too many requests of the partner are underway. */
  readonly crowded: boolean;
  /** By the clock of Redis. */
  readonly nowUs: number;
  readonly policies: readonly {
    readonly generation: string;
    readonly sum: number;
    /** Until the request would be admitted by this policy; 0: it would be now. */
    readonly waitUs: number;
    readonly resetUs: number;
  }[];
}

const head = 3;
const perPolicy = 4;

/** Throws when it is something else. */
export function parseTaken(answer: readonly unknown[], policies: number): Taken {
  if (answer.length !== head + policies * perPolicy) throw new Error("Redis answered the script of limits with something else.");
  const number = (at: number): number => Number(answer[at]);
  return {
    admitted: number(0) === 1,
    crowded: number(1) === 1,
    nowUs: number(2),
    policies: Array.from({ length: policies }, (_, index) => {
      const at = head + index * perPolicy;
      return { generation: String(answer[at]), sum: number(at + 1), waitUs: number(at + 2), resetUs: number(at + 3) };
    }),
  };
}
