/** Reads a project's `.env`: what is set there counts where the process's own environment says nothing. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Variables } from "#config";

/** `variables` with those of the file behind them. A variable that is set but empty counts as not set, here as in the configuration. */
export function withEnvFile(projectFolder: string, variables: Variables): Variables {
  const path = join(projectFolder, ".env");
  if (!existsSync(path)) return variables;
  const set = Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== "");
  return { ...parseEnv(readFileSync(path, "utf8")), ...Object.fromEntries(set) };
}
