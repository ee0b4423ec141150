/** Sees to it that one process at a time uses a state folder, and that a killed one does not block the next. */
import { linkSync, rmSync } from "node:fs";
import { z } from "zod";
import { birthOf, isAlive } from "./processes.ts";
import { readJson, type StateFolder, writeJson } from "./state-folder.ts";

const runningSchema = z.object({ pid: z.number().int().positive(), born: z.string().optional(), url: z.string().optional() });

/** `url` is there once it serves; `born` tells the process from a later one with the same pid. */
export type Running = z.infer<typeof runningSchema>;

export interface Claim {
  /** Lets others find the gateway that runs here. */
  announce(url: string): void;
  release(): void;
}

/** The process that uses the folder at this moment. */
export function findRunning(state: Pick<StateFolder, "running">): Running | undefined {
  const running = runningSchema.safeParse(readJson(state.running)).data;
  if (!running || !isAlive(running.pid)) return undefined;
  return running.born === undefined || birthOf(running.pid) === running.born ? running : undefined;
}

/** Takes the folder, or says who has it. */
export function claim(state: StateFolder): { kind: "claimed"; claim: Claim } | { kind: "taken"; by: Running } {
  const self: Running = { pid: process.pid, born: birthOf(process.pid) };
  const ticket = `${state.running}.${process.pid}`;
  writeJson(ticket, self);
  try {
    for (let tries = 0; ; tries++) {
      try {
        linkSync(ticket, state.running); // Fails when it exists, and shows the whole content at once when it does not.
        break;
      } catch (error) {
        const by = findRunning(state);
        if (by) return { kind: "taken", by };
        if (tries === 3) throw new Error(`${state.running} cannot be written.`, { cause: error });
        rmSync(state.running, { force: true }); // Left by a process that is gone.
      }
    }
  } finally {
    rmSync(ticket, { force: true });
  }
  return {
    kind: "claimed",
    claim: {
      announce: (url) => writeJson(state.running, { ...self, url }),
      release: () => rmSync(state.running, { force: true }),
    },
  };
}
