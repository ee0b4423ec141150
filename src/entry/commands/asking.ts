/** Who asks on the command line: whoever can use the store's own password may do everything, under the name of their account. */
import { userInfo } from "node:os";
import type { Asking } from "#control-plane/verb.ts";

export function askingFromHere(now: number): Asking {
  const name = accountName();
  return { by: { kind: "cli", id: name, name, role: "admin" }, now, requestId: undefined };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run under numbers that have no name.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
