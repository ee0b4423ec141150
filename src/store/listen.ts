/** Hears of changes as soon as they are committed, over a connection of its own that is made again whenever it is lost. */
import pg from "pg";

export interface ListenOptions {
  readonly url: string;
  /** As in the migration that tells of it. */
  readonly channel: "sluice_credentials" | "sluice_events" | "sluice_deliveries";
  readonly timeoutMs: number;
  /** Called for each notification, and whenever listening has begun: what happened before was not heard. */
  readonly onNotice: () => void;
  /** Told when the connection is lost or cannot be made, and when it is there again; not of each attempt. */
  readonly onState: (state: "lost" | "back", error: unknown) => void;
}

export interface Listener {
  readonly isListening: () => boolean;
  close(): Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Returns at once. A pooler in transaction mode takes the connection away after the statement, and nothing would ever be heard. */
export function listenForChanges({ url, channel, timeoutMs, onNotice, onState }: ListenOptions): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = firstPauseMs;
  let listening = false;
  let lost = false;
  let closed = false;

  function again(error: unknown): void {
    listening = false;
    if (closed) return;
    if (!lost) onState("lost", error);
    lost = true;
    timer = setTimeout(() => void connect(), pauseMs).unref();
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }

  async function connect(): Promise<void> {
    const own = new pg.Client({
      connectionString: url,
      application_name: "sluice",
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client = own;
    let trouble: unknown;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      // Whatever is left of it is cut off: a connection that failed is not to be waited for.
      own.end().catch(() => undefined);
      again(trouble);
    };
    own.on("error", (error) => {
      trouble = error;
      end();
    });
    own.on("end", end);
    own.on("notification", onNotice);
    try {
      await own.connect();
      await own.query(`listen ${channel}`);
    } catch (error) {
      trouble = error;
      return end();
    }
    if (over || closed) return;
    listening = true;
    pauseMs = firstPauseMs;
    if (lost) onState("back", undefined);
    lost = false;
    onNotice();
  }

  void connect();
  return {
    isListening: () => listening,
    async close() {
      closed = true;
      clearTimeout(timer);
      // One that cannot be closed in order is gone already.
      await client?.end().catch(() => undefined);
    },
  };
}
