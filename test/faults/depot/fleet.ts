/** A depot on a database server of its own, with its gateway's processes: to be killed, restarted, and looked after. */
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { withClient } from "../../projects/demo/databases.ts";
import { type EventFleet, eventFleet, type FleetOptions, type FleetPartner } from "../../support/event-fleet.ts";
import { type OwnServer, ownServer } from "../../support/own-server.ts";
import { parcelsToBeginWith, tables } from "./tables.ts";

export interface DepotFleet extends EventFleet {
  readonly server: OwnServer;
  readonly erpUrl: string;
  /** With the gateway's own tables. */
  store<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
}

export const depotPartners: readonly FleetPartner[] = [
  { name: "First", accounts: ["C1", "C2"] },
  { name: "Second", accounts: ["C2", "C3"] },
];

export async function depotFleet({ parcels, respond }: { readonly parcels: number } & Pick<FleetOptions, "respond">): Promise<DepotFleet> {
  const server = await ownServer(["depot", "store"]);
  const erpUrl = server.url("depot");
  await withClient(erpUrl, (client) => client.query(tables + parcelsToBeginWith(parcels)));
  const fleet = await eventFleet({
    project: fileURLToPath(new URL(".", import.meta.url)),
    variables: { WEBHOOK_TEST_LOOPBACK: "true", DATABASE_URL: server.url("store"), DEPOT_TEST_URL: erpUrl },
    partners: depotPartners,
    scopes: ["parcels:read"],
    respond,
  });
  return {
    ...fleet,
    server,
    erpUrl,
    store: (work) => withClient(server.url("store"), work),
    async close() {
      await fleet.close();
      await server.remove();
    },
  };
}
