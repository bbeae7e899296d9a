/** Whoever may set a URL reaches nothing that only this machine can reach; and nobody who answers badly holds anything up. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { httpSender, type ResolveAll } from '../../src/ports/webhook/httpSender.ts';
import { signatureHeaders } from '../../src/ports/webhook/signature.ts';
import { newWebhookSecret } from '../../src/store/webhookEndpoints.ts';
import { readRetryAfter } from '../../src/ports/webhook/retryAfter.ts';
import { startReceiver } from '../stack/receiver.ts';

const request = (url: string) => ({
  url,
  id: 'evt_1',
  secrets: [newWebhookSecret()],
  body: '{"type":"a","subject":"b"}',
});
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server of bytes. */
async function raw(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

test.each([
  'http://example.com/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fd00::1]/',
  'https://10.1.2.3/',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost/',
  'https://a.localhost./',
  'https://user:secret@example.com/',
  'ftp://example.com/',
  'no address',
])('%s is not called', async (url) => {
  const asked: string[] = [];
  const resolveAll: ResolveAll = (host) => asked.push(host);
  const answer = await httpSender({ allowPrivate: false, resolveAll }).send(request(url));
  expect(answer).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^not sent/) as unknown });
  expect(asked).toEqual([]);
});

test('a name that means a private address is not called, and the address that was checked is the one that is called', async () => {
  const receiver = await startReceiver();
  stops.push(() => receiver.stop());
  let asked = 0;
  // Public to who asks first, and private to who asks again.
  const resolveAll: ResolveAll = (_host, _options, found) => {
    asked += 1;
    found(null, [{ address: asked === 1 ? '127.0.0.1' : '93.184.216.34', family: 4 }]);
  };
  const sender = httpSender({ allowPrivate: false, resolveAll });
  const { port } = new URL(receiver.url);
  const answer = await sender.send(request(`https://rebound.example:${port}/`));
  expect(answer).toEqual({
    kind: 'failed',
    reason: 'rebound.example has no public address, and no other is called',
  });
  expect([asked, receiver.got.length]).toEqual([1, 0]);
});

test('of several addresses only the public ones are tried', async () => {
  const resolveAll: ResolveAll = (_host, _options, found) =>
    found(null, [
      { address: '10.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  const answer = await httpSender({ allowPrivate: false, resolveAll }).send(request('https://both.example/'));
  expect(answer).toMatchObject({ kind: 'failed' });
});

test('where it is allowed, http and loopback are called', async () => {
  const receiver = await startReceiver();
  stops.push(() => receiver.stop());
  const answer = await httpSender({ allowPrivate: true }).send(request(receiver.url));
  expect(answer).toMatchObject({ kind: 'answered', status: 204 });
});

test('who answers nothing is waited for only so long, and who never ends its body as well', async () => {
  const sender = httpSender({ allowPrivate: true, timeoutMs: 300 });
  expect(await sender.send(request(await raw(() => undefined)))).toEqual({
    kind: 'failed',
    reason: 'no answer within 0.3 seconds',
  });
  const slow = await raw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome'));
  expect(await sender.send(request(slow))).toMatchObject({ kind: 'answered', status: 200, body: 'some' });
});

test('how long a receiver asks to be left alone is told with its answer', async () => {
  const answering = await raw((socket) =>
    socket.end('HTTP/1.1 429 Slow down\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n'),
  );
  const answer = await httpSender({ allowPrivate: true }).send(request(answering));
  expect(answer).toMatchObject({ kind: 'answered', status: 429, retryAfterMs: 120_000 });
});

test.each<[number, string | undefined, number | null]>([
  [429, '120', 120_000],
  [503, ' 0 ', 0],
  [503, 'Thu, 26 Nov 2026 10:00:30 GMT', 30_000],
  [503, 'Thu, 26 Nov 2026 09:00:00 GMT', null],
  [429, 'soon', null],
  [429, '-5', null],
  [429, '1.5', null],
  [429, '', null],
  [429, undefined, null],
  [500, '120', null],
  [200, '120', null],
])('%i with Retry-After %j asks for %j ms', (status, header, wait) => {
  expect(readRetryAfter(status, header, Date.UTC(2026, 10, 26, 10))).toBe(wait);
});

test('of an answer no more than 4 KiB are read', async () => {
  const endless = await raw((socket) => {
    socket.write('HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = () => {
      if (!socket.destroyed) socket.write(`2000\r\n${'x'.repeat(8192)}\r\n`, () => setImmediate(more));
    };
    more();
  });
  const answer = await httpSender({ allowPrivate: true }).send(request(endless));
  expect(answer).toMatchObject({ kind: 'answered', status: 500 });
  expect(answer.kind === 'answered' && answer.body.length).toBe(4096);
});

test.each([
  ['is cut', (socket: Socket) => socket.destroy()],
  ['is no HTTP', (socket: Socket) => socket.end('hello\r\n\r\n')],
])('an answer that %s is a failure like any other', async (_what, answer) => {
  expect(await httpSender({ allowPrivate: true }).send(request(await raw(answer)))).toMatchObject({
    kind: 'failed',
  });
});

test('its signatures are those of Standard Webhooks, one for each secret', () => {
  const [old, present] = [newWebhookSecret(), newWebhookSecret()];
  const body = '{"ä":1}';
  const headers = signatureHeaders({ id: 'evt_1', secrets: [present, old], body }, Date.now());
  for (const secret of [old, present]) expect(new Webhook(secret).verify(body, headers)).toEqual({ ä: 1 });
  expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow();
  expect(headers['webhook-signature']).toBe(
    signatureHeaders(
      { id: 'evt_1', secrets: [present, old], body },
      Number(headers['webhook-timestamp']) * 1000,
    )['webhook-signature'],
  );
});
