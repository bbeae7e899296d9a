/** The link of an invitation's mail: who was invited signs in and accepts; nobody else can. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { invite } from '../../src/organizations/invitations.ts';
import { anOrganization, ask } from '../organizations/anOrganization.ts';
import { Browser, startSite, type Site } from './site.ts';

let site: Site;
let acme: Awaited<ReturnType<typeof anOrganization>>;
beforeAll(async () => {
  site = await startSite();
  acme = await anOrganization(site.pool);
});
afterAll(() => site.stop());

async function invited(email: string): Promise<string> {
  const { token } = await invite(site.plans.deps, ask(acme.admin.actor), {
    organizationId: acme.id,
    email,
    role: 'consumer',
  });
  if (token === null) throw new Error('it was invited before');
  return `/auth/invitation?token=${token}`;
}

/** Opens an address, signs in where it is sent to, and comes back. */
async function openedBy(
  email: string,
  path: string,
): Promise<{ browser: Browser; text: string; status: number }> {
  const subject = randomUUID();
  site.provider.accounts.set(subject, { email, email_verified: true });
  site.provider.next = { account: subject };
  const browser = new Browser(site.url);
  const ended = await browser.follow(path, () => false);
  if (!('page' in ended)) throw new Error('it did not come back');
  return { browser, text: ended.page.text, status: ended.page.status };
}

const accept = (browser: Browser, path: string) =>
  browser.post('/auth/invitation', { token: new URL(path, site.url).searchParams.get('token') ?? '' });

test('who is invited signs in, sees to what and as whom, accepts, and is a member once', async () => {
  const path = await invited('grace@example.com');
  const { browser, text, status } = await openedBy('grace@example.com', path);
  expect(status).toBe(200);
  expect(text).toContain('Consumer');
  expect(text.match(/grace@example\.com/g)).toHaveLength(2);
  expect((await accept(browser, path)).text).toContain('You are a member now');
  const { rows } = await site.pool.query(
    `SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.email = 'grace@example.com'`,
    [acme.id],
  );
  expect(rows).toEqual([{ role: 'consumer' }]);
  const again = await accept(browser, path);
  expect([again.status, again.text.includes('invitation_accepted')]).toEqual([409, true]);
});

test('somebody else who has the link is told that it is not for them, and is no member', async () => {
  const path = await invited('henry@example.com');
  const { browser } = await openedBy('mallory@example.com', path);
  expect((await accept(browser, path)).status).toBe(403);
  const { rowCount } = await site.pool.query(
    `SELECT FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'mallory@example.com'`,
  );
  expect(rowCount).toBe(0);
});

test('a link that is none says so, and a form of another site is refused', async () => {
  const { browser, status, text } = await openedBy('ida@example.com', '/auth/invitation?token=di_nothing');
  expect([status, text.includes('invitation_unknown')]).toEqual([404, true]);
  const foreign = await browser.post(
    '/auth/invitation',
    { token: 'di_nothing' },
    { 'sec-fetch-site': 'cross-site' },
  );
  expect(foreign.status).toBe(403);
});
