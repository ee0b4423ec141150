/** The demo project in the common suite. */
import { runCommonSuite } from "../../suite/common-suite.ts";
import { demo } from "./project.ts";

runCommonSuite(demo);
