/** Cookies over https: no other host of our domain can set them, and none is read by another name. */
import { expect, test } from '@jest/globals';
import express from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cookiesOf } from '../../src/api/identity/cookies.ts';

const token = 'a'.repeat(43);

test('over https a cookie has the __Host- name with all that this takes', async () => {
  const app = express();
  const cookies = cookiesOf('https://dunlin.example');
  app.get('/', (_request, response) => {
    cookies.set(response, 'session', token, 60_000);
    response.end();
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { headers } = await fetch(`http://127.0.0.1:${String(port)}/`);
  const [cookie = ''] = headers.getSetCookie();
  expect(cookie).toMatch(new RegExp(`^__Host-dunlin_session=${token}; `));
  for (const part of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax'])
    expect(cookie.split('; ')).toContain(part);
  expect(cookie).not.toMatch(/Domain/i);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  [`__Host-dunlin_session=${token}`, token],
  [`other=1; __Host-dunlin_session=${token}`, token],
  [`dunlin_session=${token}`, undefined],
  [`__Host-dunlin_session=short`, undefined],
  [``, undefined],
])('of %j the session is %j', (header, expected) => {
  const request = { get: () => header } as unknown as Parameters<ReturnType<typeof cookiesOf>['read']>[0];
  expect(cookiesOf('https://dunlin.example').read(request, 'session')).toBe(expected);
});
