/** `sluice signing-key ...`: the keys that sign access tokens. */

import type { z } from "zod";
import { signingKeyList as list } from "#control-plane/signing-keys/list.ts";
import { signingKeyRotate as rotate } from "#control-plane/signing-keys/rotate.ts";
import type { signingKeysShape } from "#control-plane/signing-keys/signing-key-json.ts";
import { type Command, table } from "./command.ts";
import { yes } from "./flags.ts";
import { verbCommand } from "./verb-command.ts";

const signingKeyList = verbCommand(list, {
  usage: [],
  say: (keys) => (keys.items.length === 0 ? "There is none yet; the first is made when it is needed." : keysAsTable(keys)),
});

const signingKeyRotate = verbCommand(rotate, {
  usage: [
    "[--compromised]",
    "The new key is published now and signs in ten minutes. Tokens of the old one stay valid until they expire.",
    "With --compromised the old one is withdrawn now: its tokens are refused within seconds, and clients have to ask for new ones.",
  ],
  flags: { compromised: yes("compromised") },
  say: keysAsTable,
});

function keysAsTable({ items }: z.output<typeof signingKeysShape>): string {
  return table(
    ["KEY ID", "STATE", "SIGNS FROM", "SIGNS UNTIL"],
    items.map((key) => [key.id, key.state, key.signs_from, key.signs_until ?? ""]),
  );
}

export const signingKeyCommands: readonly Command[] = [signingKeyList, signingKeyRotate];
