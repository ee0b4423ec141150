/** Runs a gateway as this process: from its flags to its exit code, through signals and failures. */
import { processVariables } from "#config";
import { StoreUnavailable } from "./open-store.ts";
import { start } from "./start.ts";
import { createStoppable } from "./stop.ts";

/** Settles when the gateway has ended; the exit code is set, and everything that was started is stopped. */
export async function runGateway(flags: { readonly project: string | undefined; readonly fresh: boolean }): Promise<void> {
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
    const options = { ...flags, workingFolder: process.cwd(), variables, say };
    const started = await start(options, life);
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
