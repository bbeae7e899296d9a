/** The activities' dependencies on a test database, for tests that call them directly. No payment fails, so no workflow starts. */
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { pino } from 'pino';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { sandboxProvider } from '../../src/ports/payment/sandbox.ts';
import { rateTable } from '../../src/ports/tax/rateTable.ts';
import { httpSender } from '../../src/ports/webhook/httpSender.ts';

export function dependenciesOn(pool: pg.Pool): Dependencies {
  return {
    pool,
    payments: sandboxProvider(pool),
    taxes: rateTable,
    webhooks: httpSender({ allowPrivate: true }),
    temporal: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }),
    taskQueue: 'none',
    logger: pino({ level: 'silent' }),
    checkMarginMs: 0,
    checkJitterMs: 0,
  };
}

/** A Temporal that takes everything and does nothing, for tests in which workflows are started and told. */
export function deafTemporal(): Client {
  const done = () => Promise.resolve();
  const workflow = { start: done, executeUpdateWithStart: done, getHandle: () => ({ signal: done }) };
  return { workflow } as unknown as Client;
}
