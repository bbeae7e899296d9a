/** The worker is killed while it sends a mail: it is sent all the same, and a second copy can be told from a second mail. */
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startMailServer } from '../ports/mailServer.ts';
import { aCustomer, eventually, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin | undefined;
afterEach(() => dunlin?.stop());

test.each([
  ['before the server is asked', 'SELECT profile FROM business_profiles', 1],
  [
    "between the server's answer and the commit: SMTP cannot be asked whether it took a mail",
    'UPDATE notifications n SET status',
    2,
  ],
])(
  'killed %s',
  async (_moment, statement, copies) => {
    const server = await startMailServer();
    const marker = join(await mkdtemp(join(tmpdir(), 'dunlin-fault-')), 'fault');
    const preload = [new URL('killOnQuery.mjs', import.meta.url).href];
    const env = {
      FAULT_QUERY: statement,
      FAULT_MARKER: marker,
      SMTP_URL: server.url,
      MAIL_FROM: 'b@puffin.test',
    };
    const stack = await startDunlin({ preload, env });
    dunlin = stack;
    const customer = await aCustomer(stack, { token: null, email: 'ada@customer.test' });
    const invoice = await stack.client.post<Created>('/v1/invoices', {
      customer,
      currency: 'EUR',
      auto_advance: false,
      lines: [{ description: 'Setup', amount: 5000 }],
    });
    await stack.client.post(`/v1/invoices/${invoice.id}/finalize`, {});
    await writeFile(`${marker}.armed`, '');
    await stack.call('POST', `/v1/invoices/${invoice.id}/send`, {});
    await eventually(
      () => Promise.resolve(existsSync(marker)),
      (killed) => killed,
      60_000,
    );
    // The lease of a sender that is dead need not be waited for.
    await stack.pool.query(`UPDATE notifications SET try_after = now()`);
    await eventually(
      async () => (await stack.pool.query<{ status: string }>(`SELECT status FROM notifications`)).rows,
      ([notice]) => notice?.status === 'sent',
      90_000,
    );
    const ids = server.received.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]);
    expect(ids).toHaveLength(copies);
    expect(new Set(ids).size).toBe(1);
    await server.stop();
  },
  240_000,
);
