/** Every resource of this gateway in the suite that all resources have to pass: keys, scopes, isolation, filters, documents. */

import { configuredDatabases, runCommonSuite } from "sluice/testing";
import gateway from "../gateway.ts";

runCommonSuite({
  definition: gateway,
  // Two customers without anything in common, each with a few rows in every resource. With `test: [...]` besides `live`,
  // and ERP_TEST_URL besides ERP_LIVE_URL, the suite checks also that neither environment sees the other.
  accounts: {
    first: { live: ["C1"] },
    second: { live: ["C2"] },
  },
  // The databases that .env or the environment names. The suite reads them, and writes nothing, unless `writesInto: "test"`
  // says that commands may be carried out in the test environment.
  prepare: () => configuredDatabases(gateway),
});
