/**
 * The activities' dependencies on a test database, for tests that call them directly. Workflows are started and told, and
 * do nothing; the sandbox answers without a socket between.
 */
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { pino } from 'pino';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { mailers } from '../../src/ports/mail/mailer.ts';
import { storedMailer } from '../../src/ports/mail/stored.ts';
import type { PaymentProvider } from '../../src/ports/payment/provider.ts';
import { paymentProviders } from '../../src/ports/payment/providers.ts';
import { sandboxProvider } from '../../src/ports/payment/sandbox/provider.ts';
import { rateTable } from '../../src/ports/tax/rateTable.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { httpSender } from '../../src/ports/webhook/httpSender.ts';

export function dependenciesOn(pool: pg.Pool): Dependencies {
  const stored = storedMailer(pool);
  const sandbox = sandboxProvider(createSandbox({ pool }).handle);
  return {
    pool,
    payments: paymentProviders(sandbox, sandbox),
    taxes: rateTable,
    webhooks: httpSender({ allowPrivate: true }),
    mail: { mailers: mailers(stored, stored), sender: null, publicUrl: 'https://pay.test' },
    temporal: deafTemporal(),
    taskQueue: 'none',
    logger: pino({ level: 'silent' }),
    checkMarginMs: 0,
    checkJitterMs: 0,
    retentionDays: 400,
  };
}

/** The same, but a provider that does some things in another way: dies, does not answer, is slow. */
export function withProvider(deps: Dependencies, changed: Partial<PaymentProvider>): Dependencies {
  const provider = { ...deps.payments.named('sandbox'), ...changed };
  return { ...deps, payments: paymentProviders(provider, provider) };
}

/** A Temporal that takes everything and does nothing, for tests in which workflows are started and told. */
export function deafTemporal(): Client {
  const done = () => Promise.resolve();
  const workflow = {
    start: done,
    executeUpdateWithStart: done,
    signalWithStart: done,
    getHandle: () => ({ signal: done }),
  };
  return { workflow } as unknown as Client;
}
