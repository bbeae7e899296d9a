/** The sandbox keeps the contract of a provider, over HTTP and without. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { PaymentProvider } from '../../src/ports/payment/provider.ts';
import { sandboxProvider } from '../../src/ports/payment/sandbox/provider.ts';
import { httpTransport } from '../../src/ports/payment/sandbox/transport.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/server.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { testProviderContract } from './providerContract.ts';

let database: TestDatabase;
let running: RunningSandbox;
let overHttp: PaymentProvider;
let direct: PaymentProvider;
beforeAll(async () => {
  database = await freshDatabase();
  running = await startSandbox({ databaseUrl: database.url, port: 0 });
  overHttp = sandboxProvider(httpTransport(running.url), { pageSize: 3 });
  direct = sandboxProvider(createSandbox({ pool: database.pool }).handle, { pageSize: 3 });
});
afterAll(async () => {
  await running.stop();
  await database.drop();
});

const rest = {
  tokens: {
    pays: 'pm_card_visa',
    declines: 'pm_card_chargeCustomerFail',
    asks: 'pm_card_authenticationRequired',
  },
  limitsRefunds: true,
  lists: true,
};

describe('the sandbox over HTTP', () => testProviderContract({ provider: () => overHttp, ...rest }));
describe('the sandbox without a socket', () => testProviderContract({ provider: () => direct, ...rest }));
