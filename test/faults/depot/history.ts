/** What was committed in the depot, change by change, and the events that each has to make: told by who made it, whatever fell over. */
import pg from "pg";

/** `moves`: as the event must show it. */
export interface ExpectedEvent {
  readonly type: string;
  readonly moves?: number;
}

export interface ParcelHistory {
  readonly id: string;
  readonly account: string;
  readonly events: ExpectedEvent[];
}

interface State {
  /** Undefined: the parcel is not there. */
  readonly moves: number | undefined;
  /** Of its first item. */
  readonly quantity: number | undefined;
}

/** One transaction on some parcels of its client. */
interface Change {
  readonly name: string;
  /** Of each parcel. */
  statements(id: string): readonly string[];
  after(before: State): State;
  events(after: State): readonly ExpectedEvent[];
  /** How many parcels at once; 1 without it. */
  readonly parcels?: number;
  /** It is taken back at the end. */
  readonly rolledBack?: boolean;
  /** Only where the parcel is there, or not there. */
  readonly when?: "there" | "gone";
}

const move = (id: string): string => `UPDATE parcel SET moves = moves + 1, place = 'belt ' || moves WHERE parno = '${id}'`;
const repack = (id: string): string => `UPDATE parcel_item SET qty = qty + 1 WHERE parno = '${id}'`;
const moved = ({ moves, ...rest }: State): State => ({ ...rest, moves: (moves ?? 0) + 1 });
const repacked = ({ quantity, ...rest }: State): State => ({ ...rest, quantity: (quantity ?? 0) + 1 });
const movedTo = ({ moves }: State): ExpectedEvent => ({ type: "parcel.moved", ...(moves !== undefined && { moves }) });

const changes: readonly Change[] = [
  { name: "moved", statements: (id) => [move(id)], after: moved, events: (after) => [movedTo(after)] },
  { name: "several moved by one statement", parcels: 5, statements: (id) => [move(id)], after: moved, events: (after) => [movedTo(after)] },
  { name: "two rows repacked", statements: (id) => [repack(id)], after: repacked, events: () => [{ type: "parcel.repacked" }] },
  {
    name: "header and items",
    statements: (id) => [repack(id), move(id)],
    after: (before) => moved(repacked(before)),
    events: (after) => [movedTo(after), { type: "parcel.repacked" }],
  },
  { name: "moved twice", statements: (id) => [move(id), move(id)], after: (before) => moved(moved(before)), events: (after) => [movedTo(after)] },
  {
    name: "nothing that is told",
    statements: (id) => [`UPDATE parcel SET place = 'shelf' WHERE parno = '${id}'`],
    after: (before) => before,
    events: () => [],
  },
  { name: "taken back", rolledBack: true, statements: (id) => [move(id), repack(id)], after: (before) => before, events: () => [] },
  {
    name: "removed",
    statements: (id) => [`DELETE FROM parcel_item WHERE parno = '${id}'`, `DELETE FROM parcel WHERE parno = '${id}'`],
    after: () => ({ moves: undefined, quantity: undefined }),
    events: () => [{ type: "parcel.removed" }],
  },
  {
    name: "registered",
    when: "gone",
    statements: (id) => [
      `INSERT INTO parcel VALUES ('${id}', '${accountOf(id)}', 0, 'ramp')`,
      `INSERT INTO parcel_item SELECT '${id}', i, 1 FROM generate_series(1, 2) i`,
    ],
    after: () => ({ moves: 0, quantity: 1 }),
    events: () => [{ type: "parcel.registered" }],
  },
];

function accountOf(id: string): string {
  return `C${1 + (Number(id.slice(1)) % 4)}`;
}

interface Parcel extends ParcelHistory {
  state: State;
}

/** As `parcelsToBeginWith` makes them. */
function newParcel(id: string): Parcel {
  return { id, account: accountOf(id), events: [], state: { moves: 0, quantity: 1 } };
}

export interface DepotClient {
  /** Those of its parcels, complete when `work` has resolved. */
  readonly histories: readonly ParcelHistory[];
  /** Makes so many changes, one transaction after the other; what is lost on the way is looked up. */
  work(count: number): Promise<void>;
  /** A change of one parcel, committed only after `heldMs`. */
  hold(heldMs: number): Promise<void>;
  readonly committed: number;
}

/** `random`: from 0 to 1. Its parcels belong to nobody else. */
export function depotClient(url: string, ids: readonly string[], random: () => number): DepotClient {
  const parcels = ids.map((id) => newParcel(id));
  let committed = 0;

  const connected = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined); // the statement underway says so
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined); // it is gone
    }
  };

  /** Until the server is there. */
  const insisting = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    for (const end = Date.now() + 120_000; ; ) {
      try {
        return await connected(work);
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };

  const stateOf = (id: string): Promise<State> =>
    insisting(async (client) => {
      const { rows } = await client.query<{ moves: number; qty: number }>(
        "SELECT p.moves, i.qty FROM parcel p JOIN parcel_item i ON i.parno = p.parno AND i.itemno = 1 WHERE p.parno = $1",
        [id],
      );
      return { moves: rows[0]?.moves, quantity: rows[0]?.qty };
    });

  async function make(change: Change, chosen: readonly Parcel[], heldMs = 0): Promise<void> {
    const statements = chosen.flatMap(({ id }) => change.statements(id));
    const end = change.rolledBack === true ? "ROLLBACK" : "COMMIT";
    const [first] = chosen;
    if (first === undefined) return;
    // The outcome is unknown from the moment in which its end was asked for until it is answered.
    const outcome = { asked: false, answered: false };
    await connected(async (client) => {
      await client.query("BEGIN");
      for (const statement of statements) await client.query(statement);
      if (heldMs > 0) await new Promise((resolve) => setTimeout(resolve, heldMs));
      outcome.asked = true;
      await client.query(end);
      outcome.answered = true;
    }).catch(() => undefined);
    if (!outcome.asked) return;
    if (!outcome.answered) {
      const found = await stateOf(first.id);
      const wanted = change.after(first.state);
      if (found.moves !== wanted.moves || found.quantity !== wanted.quantity) return;
    }
    if (change.rolledBack !== true) committed += 1;
    for (const parcel of chosen) {
      parcel.state = change.after(parcel.state);
      parcel.events.push(...change.events(parcel.state));
    }
  }

  function next(): { readonly change: Change; readonly chosen: readonly Parcel[] } {
    const start = Math.floor(random() * parcels.length);
    const [first] = parcels.slice(start);
    const isThere = first?.state.moves !== undefined;
    const possible = changes.filter(({ when }) => (when === "gone") === !isThere);
    // What removes is rarer than what moves.
    const weighted = possible.flatMap((change) => Array.from({ length: change.name === "removed" ? 1 : 4 }, () => change));
    const change = weighted[Math.floor(random() * weighted.length)];
    if (change === undefined || first === undefined) throw new Error("nothing to change");
    const others = parcels.filter((parcel) => parcel !== first && parcel.state.moves !== undefined).slice(0, (change.parcels ?? 1) - 1);
    return { change, chosen: [first, ...others] };
  }

  return {
    histories: parcels,
    get committed() {
      return committed;
    },
    async work(count) {
      for (let made = 0; made < count; made += 1) {
        const { change, chosen } = next();
        await make(change, chosen);
      }
    },
    hold: (heldMs) => {
      const [first] = parcels;
      const [change] = changes;
      return change === undefined || first === undefined ? Promise.resolve() : make(change, [first], heldMs);
    },
  };
}
