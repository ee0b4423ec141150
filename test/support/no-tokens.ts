/** For gateways that no test asks for tokens. */
import type { TokenServer } from "#control-plane/oauth/oauth.ts";

export const noTokens: TokenServer = {
  token: () => Promise.reject(new Error("no tokens here")),
  publicKeys: () => Promise.reject(new Error("no tokens here")),
};
