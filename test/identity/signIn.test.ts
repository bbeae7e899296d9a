/** Signing in by OpenID Connect, with a real provider: what it is believed of, and what nobody gets by lying to us. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { newSigningKey } from './provider.ts';
import { adminKey, Browser, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());
beforeEach(() => {
  site.provider.tampering = undefined;
});

/** An account at the provider, who signs in next. */
function anAccount(more: object = {}, at = site.provider): { subject: string; email: string } {
  const subject = randomUUID();
  const email = `${subject}@example.com`;
  at.accounts.set(subject, { email, email_verified: true, name: 'Ada', ...more });
  at.next = { account: subject };
  return { subject, email };
}

const browser = () => new Browser(site.url);

async function userOf(subject: string): Promise<{ id: string; email: string; name: string } | undefined> {
  const { rows } = await site.pool.query<{ id: string; email: string; name: string }>(
    `SELECT u.id, u.email, u.name FROM users u JOIN user_identities i ON i.user_id = u.id WHERE i.subject = $1`,
    [subject],
  );
  return rows[0];
}

async function openSessions(subject: string): Promise<number> {
  const user = await userOf(subject);
  const { rows } = await site.pool.query<{ sessions: number }>(
    `SELECT count(*)::int AS sessions FROM sessions WHERE user_id = $1 AND revoked_at IS NULL`,
    [user?.id],
  );
  return rows[0]?.sessions ?? 0;
}

describe('somebody whom the provider knows', () => {
  test('is signed in, made a user the first time and found the next', async () => {
    const { subject, email } = anAccount();
    const ada = browser();
    const page = await ada.signIn('?return_to=/account%3Fx=1');
    expect(page.status).toBe(303);
    expect(page.location).toBe(`${site.url}/account?x=1`);
    const user = await userOf(subject);
    expect(user).toMatchObject({ email, name: 'Ada' });
    site.provider.accounts.set(subject, { email: `new-${email}`, email_verified: true });
    await browser().signIn();
    expect(await userOf(subject)).toEqual(user);
    expect(await openSessions(subject)).toBe(2);
  });

  test('is who was here with that verified address before', async () => {
    const { subject, email } = anAccount();
    await site.pool.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [`usr_${subject}`, email]);
    await browser().signIn();
    expect(await userOf(subject)).toMatchObject({ id: `usr_${subject}` });
  });

  test('in two browsers at once is made one user', async () => {
    const { subject } = anAccount();
    const [one, two] = [browser(), browser()];
    const addresses = [await one.toCallback(), await two.toCallback()];
    const pages = await Promise.all([one.open(addresses[0]?.href ?? ''), two.open(addresses[1]?.href ?? '')]);
    expect(pages.map(({ status }) => status)).toEqual([303, 303]);
    expect(await openSessions(subject)).toBe(2);
  });

  test('gets a new session each time, and the one before is over', async () => {
    const { subject } = anAccount();
    const ada = browser();
    await ada.signIn();
    const before = ada.cookie('dunlin_session');
    await ada.signIn();
    expect(ada.cookie('dunlin_session')).not.toBe(before);
    expect(await openSessions(subject)).toBe(1);
  });

  test('is given a cookie that no script reads and that other sites do not send', async () => {
    anAccount();
    const [cookie] = (await browser().signIn()).headers
      .getSetCookie()
      .filter((set) => set.startsWith('dunlin_session='));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).toMatch(/Path=\//);
    expect(cookie).not.toMatch(/Domain=/);
  });

  test('is signed out, and the session is worth nothing to who kept it', async () => {
    const { subject } = anAccount();
    const ada = browser();
    await ada.signIn();
    const token = ada.cookie('dunlin_session');
    expect((await ada.post('/auth/sign-out', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await openSessions(subject)).toBe(1);
    expect((await ada.post('/auth/sign-out')).location).toBe(`${site.url}/auth/signed-out`);
    expect(ada.cookie('dunlin_session')).toBeUndefined();
    expect(token).toBeDefined();
    expect(await openSessions(subject)).toBe(0);
  });

  test('and was deactivated here is not signed in', async () => {
    const { subject } = anAccount();
    await browser().signIn();
    await site.pool.query(`UPDATE users SET deactivated_at = now() WHERE id = $1`, [
      (await userOf(subject))?.id,
    ]);
    const ada = browser();
    expect(await ada.failure((await ada.toCallback()).href)).toBe('403 user_deactivated');
  });
});

describe('nobody is signed in', () => {
  test('where the user says no', async () => {
    site.provider.next = 'denies';
    const ada = browser();
    expect(await ada.failure((await ada.toCallback()).href)).toBe('403 sign_in_denied');
    expect(ada.cookie('dunlin_session')).toBeUndefined();
  });

  test('by another state', async () => {
    anAccount();
    const ada = browser();
    const address = await ada.toCallback();
    address.searchParams.set('state', 'x'.repeat(43));
    expect(await ada.failure(address.href)).toBe('400 sign_in_expired');
  });

  test('in a browser that did not begin it', async () => {
    anAccount();
    const address = await browser().toCallback();
    expect(await browser().failure(address.href)).toBe('400 sign_in_expired');
    const third = browser();
    await third.toCallback();
    expect(await third.failure(address.href)).toBe('400 sign_in_expired');
  });

  test('by a code that was used', async () => {
    const { subject } = anAccount();
    const ada = browser();
    const begun = await ada.toCallback();
    const cookie = ada.cookie('dunlin_sign_in') ?? '';
    await ada.open(begun.href);
    ada.setCookie('dunlin_sign_in', cookie);
    expect(await ada.failure(begun.href)).toBe('400 sign_in_expired');
    // Nor as the code of another sign-in of the same browser.
    const second = await ada.toCallback();
    second.searchParams.set('code', begun.searchParams.get('code') ?? '');
    expect(await ada.failure(second.href)).toBe('400 sign_in_failed');
    expect(await openSessions(subject)).toBe(1);
  });

  test('by a code that was given to another browser', async () => {
    anAccount();
    const victim = await browser().toCallback();
    const thief = browser();
    const own = await thief.toCallback();
    own.searchParams.set('code', victim.searchParams.get('code') ?? '');
    expect(await thief.failure(own.href)).toBe('400 sign_in_failed');
  });

  test('ten minutes after it was begun', async () => {
    anAccount();
    const ada = browser();
    const address = await ada.toCallback();
    await site.pool.query(`UPDATE sign_ins SET expires_at = now()`);
    expect(await ada.failure(address.href)).toBe('400 sign_in_expired');
  });

  const now = () => Math.floor(Date.now() / 1000);
  test.each([
    ['for another nonce', () => ({ claims: { nonce: 'another' } })],
    ['for another client', () => ({ claims: { aud: 'another' } })],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['that has expired', () => ({ claims: { exp: now() - 600, iat: now() - 1200 } })],
    ['that another key has signed', () => ({ key: newSigningKey() })],
  ])('by an ID token %s', async (_case, tampering) => {
    const { subject } = anAccount();
    site.provider.tampering = tampering();
    const ada = browser();
    expect(await ada.failure((await ada.toCallback()).href)).toBe('400 sign_in_failed');
    expect(await userOf(subject)).toBeUndefined();
  });

  test('with an address that is not verified, or with none', async () => {
    const { email } = anAccount();
    await browser().signIn();
    const { subject } = anAccount({ email, email_verified: false });
    const ada = browser();
    expect(await ada.failure((await ada.toCallback()).href)).toBe('403 email_unverified');
    const nameless = anAccount({ email: undefined });
    const eve = browser();
    expect(await eve.failure((await eve.toCallback()).href)).toBe('403 email_missing');
    expect([await userOf(subject), await userOf(nameless.subject)]).toEqual([undefined, undefined]);
  });

  test('who has an address that another account of the provider signed in with: it may have gone to somebody else', async () => {
    const { email } = anAccount();
    await browser().signIn();
    anAccount({ email });
    const ada = browser();
    expect(await ada.failure((await ada.toCallback()).href)).toBe('403 account_of_another');
  });
});

describe('where it leads afterwards', () => {
  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'account',
  ])('is never %j', async (path) => {
    const given = `/auth/sign-in?return_to=${encodeURIComponent(path)}`;
    expect(await browser().failure(given)).toBe('400 return_to_invalid');
  });
});

describe('a session', () => {
  const graph = (ada: Browser, headers: Record<string, string>) =>
    ada.open('/auth/organizations/org_00000000000000000000000000/identity-provider', {
      method: 'PUT',
      body: JSON.stringify({ issuer: 'https://x.example', client_id: 'x' }),
      headers: { accept: 'application/json', ...headers },
    });

  test('makes changes that our own page sends as JSON, and no others', async () => {
    anAccount();
    const ada = browser();
    await ada.signIn();
    const json = { 'content-type': 'application/json' };
    // Nobody there, which is said only of a request that is believed to be the user's.
    expect((await graph(ada, { ...json, 'sec-fetch-site': 'same-origin' })).status).toBe(404);
    expect((await graph(ada, { ...json, origin: site.url })).status).toBe(404);
    for (const foreign of [
      json,
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, 'sec-fetch-site': 'same-site' },
      { ...json, origin: 'https://evil.example' },
      { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await graph(ada, foreign)).status).toBe(403);
    }
  });

  test('is over when it was not used for a day, and after two weeks', async () => {
    const { subject } = anAccount();
    const ada = browser();
    await ada.signIn();
    const headers = { 'content-type': 'application/json', origin: site.url };
    const { id } = (await userOf(subject)) ?? { id: '' };
    for (const over of [
      `last_used_at = now() - interval '25 hours'`,
      `last_used_at = now(), expires_at = now() - interval '1 second'`,
    ]) {
      expect((await graph(ada, headers)).status).toBe(404);
      await site.pool.query(`UPDATE sessions SET ${over} WHERE user_id = $1`, [id]);
      expect((await graph(ada, headers)).status).toBe(401);
      await site.pool.query(
        `UPDATE sessions SET last_used_at = now(), expires_at = now() + interval '1 day' WHERE user_id = $1`,
        [id],
      );
    }
  });

  test('is not looked at where a key is given', async () => {
    anAccount();
    const ada = browser();
    await ada.signIn();
    const headers = { 'content-type': 'application/json', origin: site.url };
    expect((await graph(ada, { ...headers, authorization: 'Bearer du_unknown' })).status).toBe(401);
    expect((await graph(ada, { ...headers, authorization: `Bearer ${adminKey}` })).status).toBe(404);
  });
});

test('a session asks GraphQL as its user, from our own pages alone', async () => {
  const subject = randomUUID();
  const email = `${subject}@example.com`;
  site.provider.accounts.set(subject, { email, email_verified: true });
  site.provider.next = { account: subject };
  const browser = new Browser(site.url);
  await browser.signIn();
  const me = (fetchSite: string) =>
    browser.open('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'sec-fetch-site': fetchSite,
      },
      body: JSON.stringify({ query: '{ me { user { email } } }' }),
    });
  expect(JSON.parse((await me('same-origin')).text)).toEqual({ data: { me: { user: { email } } } });
  expect((await me('cross-site')).text).toContain('CROSS_SITE_REQUEST');
});
