/** The demo project in the common suite. */
import { runCommonSuite } from "#testing/common-suite.ts";
import { ownStore } from "../../support/postgres.ts";
import { demo } from "./project.ts";

runCommonSuite(demo, ownStore);
