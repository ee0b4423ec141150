/** The demo project in the common suite, served by workerd. */
import { runCommonSuite } from "#testing/common-suite.ts";
import { demo } from "../projects/demo/project.ts";
import { ownStore } from "../support/postgres.ts";
import { serveInWorkerd } from "./serve-in-workerd.ts";

runCommonSuite(demo, { ...ownStore, serve: serveInWorkerd });
