/** Asks the person at the terminal. */
import { createInterface } from "node:readline/promises";

export interface Asker {
  /** The answer, or `otherwise` where none is given. Asked again until `check` finds no fault. */
  text(question: string, otherwise: string, check?: (answer: string) => string | undefined): Promise<string>;
  close(): void;
}

/** Undefined where nobody is there to be asked: input or output is a pipe or a file. */
export function askerAt(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Asker | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  const lines = createInterface({ input, output });
  return {
    async text(question, otherwise, check) {
      for (;;) {
        const answer = (await lines.question(`${question} (${otherwise}) `)).trim() || otherwise;
        const fault = check?.(answer);
        if (fault === undefined) return answer;
        output.write(`${fault}\n`);
      }
    },
    close: () => lines.close(),
  };
}
