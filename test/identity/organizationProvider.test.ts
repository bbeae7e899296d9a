/** An organization's own provider: what it may say, and that it says nothing of others' users. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createGroup } from '../../src/organizations/groups.ts';
import { setIdentityProvider, setOrganizationDomains } from '../../src/organizations/identityProviders.ts';
import { findIdentityProvider } from '../../src/organizations/identityProviders.ts';
import {
  aMember,
  anOrganization,
  ask,
  enterprise,
  operator,
  type TestOrganization,
} from '../organizations/anOrganization.ts';
import { clientId, clientSecret } from './provider.ts';
import { Browser, startSite, type Site } from './site.ts';

let site: Site;
let acme: TestOrganization;
let domain: string;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());
beforeEach(async () => {
  acme = await anOrganization(site.pool);
  domain = `${randomUUID()}.example`;
  await ownProvider(acme, [domain]);
});

const settings = (organization: TestOrganization) => ({
  organizationId: organization.id,
  issuer: site.other.issuer,
  clientId,
  clientSecret,
  groupClaim: 'groups',
});

async function ownProvider(organization: TestOrganization, domains: readonly string[]): Promise<void> {
  const { deps } = site.plans;
  await setIdentityProvider(deps, ask(organization.admin.actor), settings(organization), true);
  await setOrganizationDomains(deps, ask(operator), { organizationId: organization.id, domains });
}

function anAccount(email: string, more: object = {}, at = site.other): string {
  const subject = randomUUID();
  at.accounts.set(subject, { email, email_verified: true, ...more });
  at.next = { account: subject };
  return subject;
}

const own = ({ id }: TestOrganization = acme) => `?organization=${id}`;

async function fails(browser: Browser, query: string): Promise<string> {
  return browser.failure((await browser.toCallback(query)).href);
}

async function membersOf({ id }: TestOrganization): Promise<readonly unknown[]> {
  const { rows } = await site.pool.query<object>(
    `SELECT u.email, m.role, ARRAY(SELECT g.name FROM group_members gm JOIN groups g ON g.id = gm.group_id
        WHERE gm.membership_id = m.id ORDER BY g.name) AS groups
       FROM memberships m JOIN users u ON u.id = m.user_id
      WHERE m.organization_id = $1 AND m.role <> 'org_admin' ORDER BY u.email`,
    [id],
  );
  return rows;
}

describe('its users', () => {
  test('become members, Consumers at first, in the groups that it names and out of the others', async () => {
    const { deps } = site.plans;
    const admin = ask(acme.admin.actor);
    await createGroup(deps, admin, { organizationId: acme.id, name: 'Platform', role: 'contributor' });
    await createGroup(deps, admin, { organizationId: acme.id, name: 'Readers', externalId: 'ext-7' });
    const email = `ada@${domain}`;
    const subject = anAccount(email, { groups: ['Platform', 'ext-7', 'Unknown'] });
    expect((await new Browser(site.url).signIn(own())).status).toBe(303);
    expect(await membersOf(acme)).toEqual([{ email, role: 'consumer', groups: ['Platform', 'Readers'] }]);
    site.other.accounts.set(subject, { email, email_verified: true, groups: ['ext-7'] });
    await new Browser(site.url).signIn(own());
    expect(await membersOf(acme)).toEqual([{ email, role: 'consumer', groups: ['Readers'] }]);
    // A claim that is not there says nothing.
    site.other.accounts.set(subject, { email, email_verified: true });
    await new Browser(site.url).signIn(own());
    expect(await membersOf(acme)).toEqual([{ email, role: 'consumer', groups: ['Readers'] }]);
  });

  test('are signed in without the group for which there is no seat', async () => {
    await createGroup(site.plans.deps, ask(acme.admin.actor), {
      organizationId: acme.id,
      name: 'Platform',
      role: 'contributor',
    });
    site.plans.set(acme.customerId, { ...enterprise, limits: new Map([['seats', 1]]) });
    anAccount(`ada@${domain}`, { groups: ['Platform'] });
    expect((await new Browser(site.url).signIn(own())).status).toBe(303);
    expect(await membersOf(acme)).toEqual([{ email: `ada@${domain}`, role: 'consumer', groups: [] }]);
  });

  test('are refused once they are deactivated', async () => {
    anAccount(`ada@${domain}`);
    await new Browser(site.url).signIn(own());
    await site.pool.query(
      `UPDATE memberships SET deactivated_at = now() WHERE organization_id = $1 AND role = 'consumer'`,
      [acme.id],
    );
    expect(await fails(new Browser(site.url), own())).toBe('403 member_deactivated');
  });

  test('are refused where the plan has no single sign-on', async () => {
    site.plans.set(acme.customerId, { ...enterprise, features: new Set(['roles']) });
    expect(await new Browser(site.url).failure(`/auth/sign-in${own()}`)).toBe('403 feature_missing');
  });
});

describe('a hostile provider', () => {
  test('speaks for no address of a domain that is not its organization\u2019s', async () => {
    anAccount('victim@elsewhere.example');
    expect(await fails(new Browser(site.url), own())).toBe('403 email_of_another_domain');
    anAccount(`victim@${domain}.evil.example`);
    expect(await fails(new Browser(site.url), own())).toBe('403 email_of_another_domain');
    anAccount(`victim@elsewhere.example@${domain}`, {});
    expect(await fails(new Browser(site.url), own())).toBe('400 email_invalid');
    anAccount(`victim@${domain}`, { email_verified: false });
    expect(await fails(new Browser(site.url), own())).toBe('403 email_unverified');
  });

  test('cannot claim a domain by itself, nor one of another organization', async () => {
    const { deps } = site.plans;
    const input = { organizationId: acme.id, domains: ['gmail.example'] };
    await expect(setOrganizationDomains(deps, ask(acme.admin.actor), input)).rejects.toMatchObject({
      status: 403,
    });
    const bird = await anOrganization(site.pool);
    await expect(
      setOrganizationDomains(deps, ask(operator), { organizationId: bird.id, domains: [domain] }),
    ).rejects.toMatchObject({ status: 409, code: 'domain_taken' });
  });

  test.each(['is in another organization', 'signs in elsewhere', 'has a personal key'])(
    'is not given an account with an address of its domain that %s, until its holder joins the two',
    async (tie) => {
      const email = `ada@${domain}`;
      anAccount(email, {}, site.provider);
      const ada = new Browser(site.url);
      await ada.signIn();
      const { rows } = await site.pool.query<{ id: string }>(`SELECT id FROM users WHERE email = $1`, [
        email,
      ]);
      const userId = rows[0]?.id ?? '';
      if (tie !== 'signs in elsewhere') {
        await site.pool.query(`DELETE FROM user_identities WHERE user_id = $1`, [userId]);
      }
      if (tie === 'is in another organization') {
        await aMember(site.pool, (await anOrganization(site.pool)).id, 'observer', userId as never);
      }
      if (tie === 'has a personal key') {
        await site.pool.query(
          `INSERT INTO keys (id, kind, name, key_hash, key_hint, user_id) VALUES ($1, 'personal', 'cli', $2, '', $3)`,
          [`okey_${randomUUID()}`, Buffer.from(randomUUID()), userId],
        );
      }
      anAccount(email);
      expect(await fails(new Browser(site.url), own())).toBe('403 account_exists');
      expect(await membersOf(acme)).toEqual([]);
      // Its holder is signed in, and asks for it.
      expect((await ada.signIn(own())).status).toBe(303);
      expect(await membersOf(acme)).toHaveLength(1);
    },
  );

  test('loses who it knew with the domain', async () => {
    const subject = anAccount(`ada@${domain}`);
    await new Browser(site.url).signIn(own());
    const kept = `${randomUUID()}.example`;
    await setOrganizationDomains(site.plans.deps, ask(operator), {
      organizationId: acme.id,
      domains: [kept],
    });
    site.other.accounts.set(subject, { email: `mallory@${kept}`, email_verified: true });
    expect(await fails(new Browser(site.url), own())).toBe('403 email_of_another_domain');
  });
});

describe('its settings', () => {
  test('are those of Org Admins of a plan that has single sign-on, and never tell the secret', async () => {
    const { deps } = site.plans;
    const told = await findIdentityProvider(deps, ask(acme.admin.actor), acme.id);
    expect(told).toMatchObject({ issuer: site.other.issuer, domains: [domain] });
    expect(JSON.stringify(told)).not.toContain(clientSecret);
    const { rows } = await site.pool.query<{ entries: string }>(
      `SELECT string_agg(entry::text, '') AS entries FROM audit_log WHERE chain = $1`,
      [acme.id],
    );
    expect(rows[0]?.entries).toContain('identity_provider.set');
    expect(rows[0]?.entries).not.toContain(clientSecret);
    for (const role of ['graph_admin', 'billing_manager'] as const) {
      const { actor } = await aMember(site.pool, acme.id, role);
      await expect(setIdentityProvider(deps, ask(actor), settings(acme), true)).rejects.toMatchObject({
        status: 403,
      });
    }
    site.plans.set(acme.customerId, { ...enterprise, features: new Set() });
    await expect(
      setIdentityProvider(deps, ask(acme.admin.actor), settings(acme), true),
    ).rejects.toMatchObject({ code: 'feature_missing' });
  });

  test('name no machine of ours', async () => {
    for (const issuer of [
      'http://issuer.example',
      'https://127.0.0.1',
      'https://169.254.169.254',
      'https://localhost',
    ]) {
      await expect(
        setIdentityProvider(site.plans.deps, ask(acme.admin.actor), { ...settings(acme), issuer }, false),
      ).rejects.toMatchObject({ status: 400, code: 'issuer_invalid' });
    }
  });

  test('tell nobody which organizations there are', async () => {
    const bird = await anOrganization(site.pool);
    const browser = new Browser(site.url);
    expect(await browser.failure(`/auth/sign-in${own(bird)}`)).toBe('404 provider_missing');
    expect(await browser.failure('/auth/sign-in?organization=org_00000000000000000000000000')).toBe(
      '404 provider_missing',
    );
  });
});
