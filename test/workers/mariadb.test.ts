/** webERP on MariaDB in the common suite, served by workerd. */
import { runCommonSuite } from "#testing/common-suite.ts";
import { webErp } from "../projects/weberp/project.ts";
import { ownStore } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { buildWorker } from "./bundle.ts";
import { serveInWorkerd } from "./serve-in-workerd.ts";

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    runCommonSuite(webErp(mariadbUrl, sharedErp), {
      ...ownStore,
      serve: async (parts) => serveInWorkerd(parts, await buildWorker("examples/weberp/wrangler.toml")),
    });
  });
});
