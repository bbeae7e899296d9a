/** Keys for terminals: one for each code that its user approved, and none for any other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Browser, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());

interface Started {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

async function send(
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(site.url + path, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, body: await response.json() };
}

async function start(clientName = 'dunlin on ada-laptop'): Promise<Started> {
  const { status, body } = await send('/auth/device', { client_name: clientName });
  expect(status).toBe(200);
  return body as Started;
}

const poll = async ({ device_code }: Started) =>
  (await send('/auth/device/token', { device_code })).body as { error?: string; access_token?: string };

async function signedIn(): Promise<Browser> {
  const subject = randomUUID();
  site.provider.accounts.set(subject, { email: `${subject}@example.com`, email_verified: true });
  site.provider.next = { account: subject };
  const browser = new Browser(site.url);
  await browser.signIn();
  return browser;
}

const decide = (browser: Browser, { user_code }: Started, decision: 'approved' | 'denied') =>
  browser.post('/device', { user_code, decision });

async function actsAs(secret: string): Promise<number> {
  const response = await fetch(
    `${site.url}/auth/organizations/org_00000000000000000000000000/identity-provider`,
    {
      headers: { authorization: `Bearer ${secret}` },
    },
  );
  return response.status;
}

test('a device that its user approves is given a key of that user, once', async () => {
  const ada = await signedIn();
  const device = await start();
  expect(device).toMatchObject({ expires_in: 900, interval: 5, verification_uri: `${site.url}/device` });
  expect(device.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  expect(await poll(device)).toEqual({ error: 'authorization_pending' });
  const page = await ada.open(device.verification_uri_complete);
  expect(page.status).toBe(200);
  expect(page.text).toContain('dunlin on ada-laptop');
  expect(page.text).toContain(device.user_code);
  expect((await decide(ada, device, 'approved')).status).toBe(200);
  const { access_token: key = '' } = await poll(device);
  expect(key).toMatch(/^du_/);
  // Somebody, who is nobody in that organization.
  expect([await actsAs(key), await actsAs('du_nobody')]).toEqual([404, 401]);
  expect(await poll(device)).toEqual({ error: 'invalid_grant' });
});

test('of a device that asks ten times at once, one answer has the key', async () => {
  const ada = await signedIn();
  const device = await start(`racing ${randomUUID()}`);
  await decide(ada, device, 'approved');
  const answers = await Promise.all(Array.from({ length: 10 }, () => poll(device)));
  expect(answers.filter(({ access_token }) => access_token !== undefined)).toHaveLength(1);
  expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(9);
  const { rows } = await site.pool.query<{ made: number }>(
    `SELECT count(*)::int AS made FROM keys k JOIN device_codes d ON d.client_name = k.name WHERE d.key_id IS NOT NULL AND d.user_code = $1`,
    [device.user_code.replace('-', '')],
  );
  expect(rows[0]?.made).toBe(1);
});

test('of approving and denying at once, one counts', async () => {
  const ada = await signedIn();
  const device = await start();
  const pages = await Promise.all([decide(ada, device, 'approved'), decide(ada, device, 'denied')]);
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('a device that is denied, asks too fast, is too late or unknown gets no key', async () => {
  const ada = await signedIn();
  const denied = await start();
  await decide(ada, denied, 'denied');
  expect(await poll(denied)).toEqual({ error: 'access_denied' });
  const fast = await start();
  await poll(fast);
  expect(await poll(fast)).toEqual({ error: 'slow_down' });
  const late = await start();
  await site.pool.query(`UPDATE device_codes SET expires_at = now() WHERE user_code = $1`, [
    late.user_code.replace('-', ''),
  ]);
  expect(await poll(late)).toEqual({ error: 'expired_token' });
  expect((await decide(ada, late, 'approved')).status).toBe(409);
  expect(await poll({ ...late, device_code: 'unknown' })).toEqual({ error: 'invalid_grant' });
});

test('a user that is not signed in is sent to sign in and back', async () => {
  const { user_code: code } = await start();
  const page = await new Browser(site.url).open(`/device?user_code=${code}`);
  const back = new URL(page.location ?? '').searchParams.get('return_to');
  expect(back).toBe(`/device?user_code=${code}`);
});

test('another site cannot approve for a user, and nobody tries many codes', async () => {
  const ada = await signedIn();
  const device = await start();
  const fields = { user_code: device.user_code, decision: 'approved' };
  expect((await ada.post('/device', fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(await poll(device)).toEqual({ error: 'authorization_pending' });
  const tries = [];
  for (let n = 0; n < 12; n++) tries.push((await ada.open('/device?user_code=BBBB-BBBB')).status);
  expect(tries.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
  expect(tries.at(-1)).toBe(429);
});

test('what a device calls itself is shown as text', async () => {
  const ada = await signedIn();
  const device = await start('<script>alert(1)</script>');
  expect((await ada.open(device.verification_uri_complete)).text).not.toContain('<script');
});

test('a user sees its sessions and keys, ends its own, and no other\u2019s', async () => {
  const [ada, eve] = [await signedIn(), await signedIn()];
  const device = await start('my laptop');
  await decide(ada, device, 'approved');
  const { access_token: key = '' } = await poll(device);
  const page = await ada.open('/account');
  expect(page.text).toContain('my laptop');
  const [, path = ''] = /action="(\/account\/keys\/[^"]+)"/.exec(page.text) ?? [];
  expect((await eve.post(path)).status).toBe(404);
  expect(await actsAs(key)).toBe(404);
  expect((await ada.post(path, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await ada.post(path)).location).toBe(`${site.url}/account`);
  expect(await actsAs(key)).toBe(401);
  const { rows } = await site.pool.query<{ id: string }>(`SELECT id FROM sessions ORDER BY id DESC LIMIT 2`);
  expect(rows).toHaveLength(2);
  const statuses = [];
  for (const { id } of rows.reverse())
    statuses.push((await eve.post(`/account/sessions/${id}/revoke`)).status);
  expect(statuses).toEqual([404, 303]);
  expect((await eve.open('/account')).status).toBe(303);
  expect((await ada.open('/account')).status).toBe(200);
});
