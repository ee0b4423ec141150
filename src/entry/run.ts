/** Runs a gateway, or a worker of one, as this process: from its flags to its exit code, through signals and failures. */
import { processVariables, type Variables } from "#config";
import { StoreUnavailable } from "./open-store.ts";
import { start } from "./start.ts";
import { createStoppable, type Stoppable } from "./stop.ts";

interface RunOptions {
  readonly workingFolder: string;
  readonly variables: Variables;
  readonly say: (line: string) => void;
}

/** Either it goes on by itself from here, or there are reasons why not. */
type Begun = { readonly kind: "serving" } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Settles when the gateway has ended; the exit code is set, and everything that was started is stopped. */
export function runGateway(flags: { readonly project: string | undefined; readonly fresh: boolean }): Promise<void> {
  return runProcess((options, life) => start({ ...flags, ...options }, life));
}

/** The same for whatever `begin` starts: it ends with a signal. */
export async function runProcess(begin: (options: RunOptions, life: Stoppable) => Promise<Begun>): Promise<void> {
  // Whoever reads the output may go away first, as in `npm start | head`; that must not leave a server behind.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const complain = (error: unknown): void => void process.stderr.write(`${describeFailure(error)}\n`);

  const variables = processVariables();
  const life = createStoppable(complain);
  let signals = 0;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      signals++;
      if (signals === 1) {
        say("Stopping ...");
        void life.stop().then(resolve);
      }
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    if (variables["npm_lifecycle_event"] !== undefined) whenParentEnds(end);
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      process.on(event, (error) => {
        complain(error);
        process.exitCode = 1;
        end();
      });
    }
  });

  try {
    const started = await begin({ workingFolder: process.cwd(), variables, say }, life);
    if (started.kind === "refused") {
      for (const reason of started.reasons) process.stderr.write(`${reason}\n`);
      process.exitCode = 1;
    } else {
      await ended;
    }
  } catch (error) {
    // Work that is cut off by a signal fails, and that is no news.
    if (!life.stopping) {
      complain(error);
      process.exitCode = 1;
    }
  }
  await life.stop();
  process.exit();
}

/**
 * npm passes a SIGTERM on to the shell that runs its script, and many a shell ends without telling its child: the gateway
 * would live on unseen, with its port and its database.
 */
function whenParentEnds(end: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 250).unref();
}

/** Sentences for people; the stack only of what nobody foresaw. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = error.constructor === Error || error instanceof StoreUnavailable;
  if (!foreseen) return error.stack ?? error.message;
  return error.cause instanceof Error ? `${error.message}\n  Cause: ${error.cause.message}` : error.message;
}
