/** Builds the package into `dist/`: JavaScript and types of the engine, and the files of the documentation site. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const compiler = at("node_modules/typescript/bin/tsc");
if (!existsSync(compiler)) {
  process.stderr.write("The compiler is not installed. Run `npm ci` first.\n");
  process.exit(1);
}
rmSync(at("dist"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, "--project", at("tsconfig.build.json")], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
cpSync(at("src/http/site/assets"), at("dist/http/site/assets"), { recursive: true });

// One file of a package that depends on a hundred others; installing those for it is spared whoever installs this one.
cpSync(at("node_modules/@scalar/api-reference/dist/browser/standalone.js"), at("dist/http/site/assets/scalar.js"));
cpSync(at("scripts/scalar-licence.txt"), at("dist/http/site/assets/scalar-licence.txt"));
