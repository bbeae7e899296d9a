/**
 * One connection that hears which customers' entitlements have changed. While it is not there nothing is heard, and
 * whoever keeps anything must not trust it: `lost` is called before anything else happens.
 */
import pg from 'pg';

export interface Heard {
  /** From now on every change is heard. */
  listening(): void;
  /** What was kept may be wrong by now; called once for each `listening`. */
  lost(): void;
  /** The entitlements of a customer have changed; `*`: of all. */
  changed(customer: string): void;
}

export interface Listener {
  stop(): Promise<void>;
}

/**
 * How often the connection is asked whether it is there, and how long it may take to say so: one that has died without a
 * word is noticed within a second. It asks for no changes.
 */
const heartbeatMs = 400;
const patienceMs = 600;
const retryMs = 200;

/** Listens, and begins again whenever the connection breaks; Postgres may be away at first. */
export function listenForChanges(databaseUrl: string, heard: Heard): Listener {
  let stopped = false;
  let current: { readonly client: pg.Client; end(): void } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function begin(): void {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'dunlin entitlements',
      connectionTimeoutMillis: 5_000,
      query_timeout: patienceMs,
      keepAlive: true,
    });
    let isListening = false;
    let hasEnded = false;
    const end = () => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      if (isListening) heard.lost();
      client.end().catch(() => undefined);
      if (!stopped) timer = setTimeout(begin, retryMs);
    };
    const beat = () => {
      timer = setTimeout(() => {
        client.query('SELECT 1').then(() => {
          if (!hasEnded) beat();
        }, end);
      }, heartbeatMs);
      timer.unref();
    };
    current = { client, end };
    client.on('error', end);
    client.on('end', end);
    client.on('notification', ({ payload = '*' }) => {
      if (!hasEnded) heard.changed(payload);
    });
    client
      .connect()
      .then(() => client.query('LISTEN entitlements'))
      .then(() => {
        if (hasEnded) return;
        isListening = true;
        heard.listening();
        beat();
      })
      .catch(end);
  }

  begin();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const last = current;
      current = undefined;
      last?.end();
      await last?.client.end().catch(() => undefined);
    },
  };
}
