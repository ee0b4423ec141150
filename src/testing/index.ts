/** `sluice/testing`: the suite that every resource of a project has to pass, for tests written with Vitest. */

export { runCommonSuite } from "./common-suite.ts";
export { configuredDatabases } from "./configured-databases.ts";
export { embeddedStore, type SuiteStore } from "./embedded-store.ts";
export type { Accounts, PreparedProject, SuiteProject } from "./project.ts";
export { serveOnNode } from "./serve-on-node.ts";
export type { GatewayParts, ServedGateway, ServeGateway } from "./served-gateway.ts";
export type { SuiteOptions } from "./world.ts";
