/** The scripts of limits over ioredis, on one Redis or a Redis Cluster. */

import { createHash } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import { beatScript, renewScript, takeScript } from "./redis-script.ts";

/** All reject when Redis does not answer as it should. */
export interface LimitCommands {
  take(keys: readonly string[], values: readonly (string | number)[]): Promise<readonly unknown[]>;
  renew(key: string, leaseMs: number, leases: readonly string[]): Promise<void>;
  release(key: string, lease: string): Promise<void>;
  /** How many processes live, this one included. */
  beat(processId: string): Promise<number>;
  leave(processId: string): Promise<void>;
}

const processes = "sluice:processes";
/** A process that has not been heard of for so long is gone. */
export const lifeMs = 5_000;

export type LimitClient = Pick<Redis | Cluster, "eval" | "evalsha" | "zrem">;

export function limitCommands(client: LimitClient): LimitCommands {
  const run = (script: Script, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> => {
    const all = [...keys, ...values];
    return client.evalsha(script.sha, keys.length, ...all).catch((error: unknown) => {
      // One that was started anew knows no script.
      if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return client.eval(script.text, keys.length, ...all);
      throw error;
    });
  };
  return {
    async take(keys, values) {
      const answer = await run(take, keys, values);
      if (!Array.isArray(answer)) throw new Error("Redis answered the script of limits with something else.");
      return answer;
    },
    renew: async (key, leaseMs, leases) => void (await run(renew, [key], [leaseMs, ...leases])),
    release: async (key, lease) => void (await client.zrem(key, lease)),
    beat: async (processId) => Number(await run(beat, [processes], [processId, lifeMs])),
    leave: async (processId) => void (await client.zrem(processes, processId)),
  };
}

interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

const take = script(takeScript);
const renew = script(renewScript);
const beat = script(beatScript);
