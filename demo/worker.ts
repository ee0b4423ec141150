/** Meridian's gateway as a Cloudflare Worker; `wrangler.toml` binds what it needs. */

import { cloudflareWorker } from "sluice/cloudflare";
import gateway from "./gateway.ts";

export default cloudflareWorker(gateway);
