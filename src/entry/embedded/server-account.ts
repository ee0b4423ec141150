/** Decides which operating-system account runs the embedded Postgres: it refuses to run as root. */
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";

export interface ServerAccount {
  /** Absent when Postgres runs as the account that runs this process. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/** Root hands over to `postgres` where that account exists, else to `nobody`; no account is ever created. */
export function chooseServerAccount(): ServerAccount {
  if (userInfo().uid !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const uid = idOf("-u", name);
    const gid = idOf("-g", name);
    if (uid !== undefined && gid !== undefined) return { ids: { uid, gid } };
  }
  throw new Error(
    "Postgres refuses to run as root, and this system has neither an account `postgres` nor `nobody` to run it as. " +
      "Start Sluice as another user, or set DATABASE_URL.",
  );
}

/** Whether the account can enter a folder; a clone below a 0700 folder such as /root is out of its reach. */
export function canEnter(account: ServerAccount, folder: string): boolean {
  if (!account.ids) return true;
  // The kernel is asked, not the mode bits: groups, ACLs and mount options count as well.
  return spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...account.ids, cwd: "/" }).status === 0;
}

function idOf(flag: "-u" | "-g", name: string): number | undefined {
  const result = spawnSync("id", [flag, name], { encoding: "utf8" });
  return result.status === 0 ? Number.parseInt(result.stdout, 10) : undefined;
}
