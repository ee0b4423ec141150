/** `sluice worker assets`: collects the documentation's files for the static assets of a Cloudflare Worker. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { prepareAssets } from "#gateway";
import { readAssetFromDisk } from "../site-assets.ts";
import { type Command, exitCodes } from "./command.ts";
import { parseOptions } from "./options.ts";

export const workerAssets: Command = {
  name: "worker assets",
  summary: "Collect the documentation's files for a Cloudflare Worker",
  usage: ["[--out <folder>]", "The folder, `.worker/assets` unless it is given, is what `[assets]` in wrangler.toml names. It is replaced."],
  options: { out: { type: "string" } },
  run: async (input, terminal) => {
    const { out } = parseOptions(z.object({ out: z.string().default(join(".worker", "assets")) }), input);
    const folder = resolve(terminal.workingFolder, out);
    const files = await prepareAssets(readAssetFromDisk);
    await rm(folder, { recursive: true, force: true });
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    terminal.say(`Collected ${files.size} files in ${relative(terminal.workingFolder, folder)}.`);
    return exitCodes.done;
  },
};
