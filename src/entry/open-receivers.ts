/** The guarded way from a Node process to receivers of webhooks. */
import type { Config } from "#config";
import { receiverGuard } from "#events/send/guard.ts";
import { resolveOnNode } from "#events/send/node/resolve-name.ts";
import { webhookSender } from "#events/send/node/send-webhook.ts";
import type { WebhookWaysParts } from "#gateway";
import type { Stoppable } from "./stop.ts";

/** Opens sockets when something is sent; `life` closes them. `ca`: certificates to trust besides the usual ones. */
export function openReceivers({ privateHosts, testLoopback }: Config["webhooks"], life: Pick<Stoppable, "onStop">, ca?: string): WebhookWaysParts {
  const elapsedMs = (): number => performance.now();
  const guard = receiverGuard({ resolve: resolveOnNode(elapsedMs), privateHosts, testLoopback });
  const sender = webhookSender({ guard, elapsedMs, ca });
  life.onStop(() => sender.close());
  return { guard, send: sender.send };
}
