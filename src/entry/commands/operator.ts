/** `sluice operator ...`: who may use the admin API. The first one can be made here only. */
import { operatorCreate as create } from "#control-plane/operators/create.ts";
import { operatorList as list } from "#control-plane/operators/list.ts";
import { operatorRevoke as revoke } from "#control-plane/operators/revoke.ts";
import type { Command } from "./command.ts";
import { choice, instant, text } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const operatorCreate = verbCommand(create, {
  usage: [
    "--name <name> --role viewer|operator|admin [--expires <date|90d>]",
    "A viewer sees, an operator also changes what partners may do, an admin also decides who operates.",
    "The token goes to standard output, everything said about it to standard error: TOKEN=$(sluice operator create ...).",
  ],
  flags: { name: text("name"), role: choice("role", ["viewer", "operator", "admin"]), expires: instant("expires_at") },
  say: ({ id, name, role, token }, terminal) => {
    terminal.complain(`Token of ${name} (${id}, ${role}). It is shown only now:`);
    return token;
  },
});

const operatorList = listCommand(list, {
  usage: [],
  columns: {
    ID: ({ id }) => id,
    NAME: ({ name }) => name,
    ROLE: ({ role }) => role,
    STATE: ({ state }) => state,
    CREATED: ({ created_at }) => created_at,
    EXPIRES: ({ expires_at }) => expires_at ?? "",
    "LAST USED": ({ last_used_at }) => last_used_at ?? "",
  },
  none: "There are no operators yet: the first one is made with `sluice operator create --name <name> --role admin`.",
});

const operatorRevoke = verbCommand(revoke, {
  usage: ["<name|id>"],
  words: { "operator's name or id": text("operator") },
  say: ({ id, name }) => `Revoked ${id}: ${name}`,
});

export const commandsOnOperators: readonly Command[] = [operatorCreate, operatorList, operatorRevoke];
