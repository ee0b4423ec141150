/** webERP on MariaDB in the common suite. */
import { runCommonSuite } from "#testing/common-suite.ts";
import { ownStore } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { webErp } from "./project.ts";

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    runCommonSuite(webErp(mariadbUrl, sharedErp), ownStore);
  });
});
