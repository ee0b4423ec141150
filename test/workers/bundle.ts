/** Builds a Worker as deploying it would, once in a test run: the files that would be uploaded, and its static assets. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { inject } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { repository } from "../repository/repository.ts";

export type WorkerSettings = ReturnType<typeof experimental_readRawConfig>["rawConfig"];

export interface Bundle {
  /** The entry among the files that would be uploaded. */
  readonly main: string;
  /** What went into it. */
  readonly metafile: string;
  readonly assets: string;
  /** `wrangler.toml` as it is written. */
  readonly settings: WorkerSettings;
}

const run = promisify(execFile);

/** `configPath` in this repository; two Workers need two names. */
export async function buildWorker(configPath = "wrangler.toml"): Promise<Bundle> {
  const { rawConfig: settings } = experimental_readRawConfig({ config: join(repository, configPath) });
  const folder = join(inject("workerFolder"), settings.name ?? "worker");
  const [assets, main] = [join(folder, "assets"), join(folder, "bundle", "worker.js")];
  await buildOnce(folder, configPath);
  return { main, metafile: join(folder, "bundle", "bundle-meta.json"), assets, settings };
}

/** Test files run side by side: one builds, the others wait for the finished folder. */
async function buildOnce(folder: string, configPath: string): Promise<void> {
  const [underway, failed] = [`${folder}.building`, `${folder}.failed`];
  while (!existsSync(folder)) {
    if (existsSync(failed)) throw new Error(`Building the Worker of ${configPath} failed; the test file that did it says why.`);
    // Made by one of them alone; after it was renamed, the folder is there.
    if (mkdirSync(underway, { recursive: true }) !== undefined && !existsSync(folder)) {
      await build(underway, configPath).catch((error: unknown) => {
        renameSync(underway, failed);
        throw error;
      });
      renameSync(underway, folder);
    }
    await sleep(100);
  }
}

async function build(underway: string, configPath: string): Promise<void> {
  const env = {
    ...process.env,
    PATH: `${join(repository, "node_modules", ".bin")}:${process.env["PATH"]}`,
    // This package's own names lead to its unbuilt TypeScript, as everywhere in its tests.
    WRANGLER_BUILD_CONDITIONS: "source,workerd,worker,browser",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_LOG_PATH: join(underway, "log"),
    CI: "true",
  };
  const node = (...words: readonly string[]) => run(process.execPath, words, { cwd: repository, env });
  await node("--conditions=source", "src/entry/cli.ts", "worker", "assets", "--out", join(underway, "assets"));
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const bundle = join(underway, "bundle");
  await node(wrangler, "deploy", "--dry-run", "--metafile", "--config", configPath, "--outdir", bundle, "--assets", join(underway, "assets"));
}
