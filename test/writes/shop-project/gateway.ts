/** The shop on Postgres as a project folder, for the command line. */
import { shopGateway } from "../shop.ts";

export default shopGateway("postgres");
