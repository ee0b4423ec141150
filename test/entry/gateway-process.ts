/** Runs the gateway as a real process in a folder of its own, outside the repository, and watches what it leaves behind. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readPostmaster, stopOrphan } from "../../src/entry/embedded/postmaster.ts";
import { isAlive } from "../../src/entry/embedded/processes.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const demoSchema = z.strictObject({
  url: z.string(),
  docs: z.string(),
  partners: z.array(z.strictObject({ name: z.string(), accounts: z.array(z.string()), keys: z.strictObject({ test: z.string(), live: z.string() }) })),
});

export type Demo = z.infer<typeof demoSchema>;

/** A folder with the trial project in `trial/`; the package is linked, as `npm link` would. */
export function makeProjectFolder() {
  // Of mode 0700, so an account that Postgres runs as cannot enter it.
  const folder = mkdtempSync(join(tmpdir(), "sluice-entry-"));
  const project = join(folder, "trial");
  cpSync(join(repository, "test/entry/trial"), project, { recursive: true, filter: (path) => !path.includes(".sluice") });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(repository, join(folder, "node_modules/sluice"));
  const processes: GatewayProcess[] = [];
  const state = join(project, ".sluice");
  const dataFolder = (): string | undefined => {
    const file = join(state, "postgres.json");
    return existsSync(file) ? z.object({ data: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).data : undefined;
  };

  return {
    folder,
    project,
    state,
    demo: (): Demo => demoSchema.parse(JSON.parse(readFileSync(join(state, "demo.json"), "utf8"))),
    /** The pid of the Postgres that runs on the folder's data, if any. */
    serverPid: (): number | undefined => {
      const data = dataFolder();
      const pid = data === undefined ? undefined : readPostmaster(data)?.pid;
      return pid !== undefined && isAlive(pid) ? pid : undefined;
    },
    run: (args: readonly string[] = [], variables: Record<string, string> = {}): GatewayProcess => {
      const started = runNode(["src/entry/node.ts", "--project", project, ...args], variables);
      processes.push(started);
      return started;
    },
    /** As npm runs a script: by a shell that stays in between, and ends on SIGTERM without telling its child. */
    runByShell: (): GatewayProcess => {
      const line = `"${process.execPath}" --conditions=source "${join(repository, "src/entry/node.ts")}" --project "${project}"; exit $?`;
      const started = watch(
        spawn("/bin/sh", ["-c", line], {
          cwd: tmpdir(),
          env: { PATH: process.env["PATH"] ?? "", PORT: "0", npm_lifecycle_event: "start" },
          stdio: ["ignore", "pipe", "pipe"],
        }),
      );
      processes.push(started);
      return started;
    },
    cli: (args: readonly string[], variables: Record<string, string> = {}): GatewayProcess => runNode(["src/entry/cli.ts", ...args], variables, project),
    /** Stops whatever a failed test left running, and removes the folder. */
    remove: async (): Promise<void> => {
      for (const { child } of processes) child.kill("SIGKILL");
      await Promise.all(processes.map((process) => process.ends()));
      const data = dataFolder();
      if (data !== undefined) {
        await stopOrphan(data);
        if (!data.startsWith(folder)) rmSync(dirname(data), { recursive: true, force: true });
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export interface GatewayProcess {
  readonly child: ChildProcess;
  /** Standard output so far, and standard error so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until the output contains the text; fails when the process ends before. */
  says(text: string): Promise<void>;
  /** Waits until it serves, and returns its URL. */
  serves(): Promise<string>;
  /** Waits for the end; the exit code, or the signal that ended it. */
  ends(): Promise<number | string>;
}

/** Any entry of the engine, in a folder that is nobody's. */
export function runNode([entry = "", ...args]: readonly string[], variables: Record<string, string>, folder = tmpdir()): GatewayProcess {
  const child = spawn(process.execPath, ["--conditions=source", join(repository, entry), ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return watch(child);
}

export function watch(child: ChildProcessByStdio<null, Readable, Readable>): GatewayProcess {
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | string>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal ?? "?")));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const says = async (text: string): Promise<void> => {
    while (!out.includes(text)) {
      if (over) throw new Error(`It ended without saying "${text}".\n${out}\n${err}`);
      await sleep(10);
    }
  };
  return {
    child,
    out: () => out,
    err: () => err,
    says,
    serves: async () => {
      await says("Ctrl-C stops it.");
      return /API\s+(\S+)/.exec(out)?.[1] ?? "";
    },
    ends: () => ended,
  };
}
