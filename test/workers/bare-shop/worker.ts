/** The shop whose ERP takes none of the gateway's tables, as a Worker. */

import { cloudflareWorker } from "sluice/cloudflare";
import { bareShopGateway } from "../../writes/bare-shop.ts";

export default cloudflareWorker(bareShopGateway("postgres"));
