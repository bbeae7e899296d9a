/** What a mail server answers, and what it means: held against a real one. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Mail } from '../../src/ports/mail/mailer.ts';
import { smtpMailer, type SmtpMailer } from '../../src/ports/mail/smtp.ts';
import { startMailServer, type MailServer, type Refusal } from './mailServer.ts';

let server: MailServer;
let mailer: SmtpMailer;
let refusal: Refusal | undefined;
beforeAll(async () => {
  server = await startMailServer(() => refusal);
  mailer = smtpMailer(server.url);
});
afterAll(async () => {
  mailer.close();
  await server.stop();
});
beforeEach(() => {
  refusal = undefined;
  server.received.length = 0;
});

const aMail: Mail = {
  messageId: 'ntf_1@puffin.test',
  livemode: true,
  from: { name: 'Puffin', address: 'billing@puffin.test' },
  replyTo: null,
  to: { name: 'Ada', address: 'ada@customer.test' },
  subject: 'Rechnung №7 für Söhne',
  text: 'text',
  html: '<p>page</p>',
  attachments: [{ name: 'INV-7.pdf', type: 'application/pdf', content: Buffer.from('%PDF-') }],
};

test('a mail arrives whole, with the id that names its notice', async () => {
  expect(await mailer.send(aMail)).toEqual({ status: 'sent' });
  const [mail] = server.received;
  expect(mail).toMatchObject({ from: 'billing@puffin.test', to: ['ada@customer.test'] });
  for (const part of [
    'Message-ID: <ntf_1@puffin.test>',
    'Auto-Submitted: auto-generated',
    'text/plain',
    'text/html',
    'filename=INV-7.pdf',
  ])
    expect(mail?.raw).toContain(part);
});

test.each<[string, Refusal, string, string]>([
  [
    'an unknown mailbox',
    { at: 'RCPT', code: 550, message: '5.1.1 no such user' },
    'undeliverable',
    '550 5.1.1',
  ],
  [
    'an unknown mailbox without an enhanced code',
    { at: 'RCPT', code: 550, message: 'nobody' },
    'undeliverable',
    '550',
  ],
  ['a full mailbox', { at: 'RCPT', code: 452, message: '4.2.2 full' }, 'later', '452'],
  [
    'a mailbox that is disabled, told after the mail',
    { at: 'DATA', code: 550, message: '5.2.1 disabled' },
    'undeliverable',
    '550 5.2.1',
  ],
  ['a mail that is too large', { at: 'DATA', code: 552, message: '5.3.4 too big' }, 'refused', '552 5.3.4'],
  ['a mail that is refused without a reason', { at: 'DATA', code: 554, message: 'no' }, 'refused', '554'],
  ['greylisting', { at: 'RCPT', code: 451, message: '4.7.1 try later' }, 'later', '451'],
  [
    'no right to relay',
    { at: 'RCPT', code: 554, message: '5.7.1 relay access denied' },
    'later',
    '554 5.7.1',
  ],
  [
    'a sender that is refused',
    { at: 'MAIL', code: 553, message: '5.1.8 sender rejected' },
    'later',
    '553 5.1.8',
  ],
])('%s', async (_case, given, status, reason) => {
  refusal = given;
  expect(await mailer.send(aMail)).toEqual({ status, reason });
  expect(server.received).toEqual([]);
});

test('a server that is away is asked later', async () => {
  const away = smtpMailer('smtp://127.0.0.1:1');
  expect(await away.send(aMail)).toMatchObject({ status: 'later' });
  away.close();
});

test('no field can add a header or a recipient', async () => {
  const evil = 'x\r\nBcc: eve@evil.test\r\nX-Evil: yes';
  await mailer.send({
    ...aMail,
    subject: evil,
    from: { name: evil, address: 'billing@puffin.test' },
    to: { name: evil, address: 'ada@customer.test' },
    replyTo: { name: evil, address: 'a@puffin.test' },
    attachments: [{ name: evil, type: 'application/pdf', content: Buffer.from('') }],
  });
  const [mail] = server.received;
  expect(mail?.to).toEqual(['ada@customer.test']);
  expect(mail?.raw).not.toMatch(/^(Bcc|X-Evil):/im);
});
