/** Where the ERP's tables are when nobody says so. */

/**
 * SQL for the first schema of the search path, apart from the gateway's own: a role called `sluice` has that one first in
 * its path (`"$user"`), and the ERP's tables are not in it.
 */
export const ownSchema =
  "(SELECT path.name FROM unnest(current_schemas(false)) WITH ORDINALITY AS path(name, position) WHERE path.name <> 'sluice' ORDER BY path.position LIMIT 1)";
