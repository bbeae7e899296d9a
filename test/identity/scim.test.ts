/** Provisioning over SCIM, by the calls that Okta and Entra make, and what no directory gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setGroupRole } from '../../src/organizations/groups.ts';
import { setOrganizationDomains } from '../../src/organizations/identityProviders.ts';
import { createOrganizationKey } from '../../src/organizations/keys.ts';
import type { GroupId } from '../../src/domain/ids.ts';
import type { Permission } from '../../src/domain/permissions/permission.ts';
import {
  anOrganization,
  ask,
  enterprise,
  operator,
  type TestOrganization,
} from '../organizations/anOrganization.ts';
import { startSite, type Site } from './site.ts';

let site: Site;
let acme: TestOrganization;
let domain: string;
let call: Scim;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());
beforeEach(async () => {
  acme = await anOrganization(site.pool);
  domain = `${randomUUID()}.example`;
  await setOrganizationDomains(site.plans.deps, ask(operator), {
    organizationId: acme.id,
    domains: [domain],
  });
  call = await directoryOf(acme);
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & {
    readonly id: string;
    readonly Resources: readonly Record<string, unknown>[];
  };
}
type Scim = (method: string, path: string, body?: object) => Promise<Answer>;

async function directoryOf(
  { id, admin }: TestOrganization,
  capability: Permission = 'scim:provision',
): Promise<Scim> {
  const { secret } = await createOrganizationKey(site.plans.deps, ask(admin.actor), {
    organizationId: id,
    kind: 'service',
    name: 'directory',
    capabilities: [capability],
  });
  return async (method, path, body) => {
    const response = await fetch(`${site.url}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${secret ?? ''}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  };
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const patchOf = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});
const aUser = (userName: string, more: object = {}) => ({
  schemas: [userSchema],
  userName,
  active: true,
  ...more,
});

async function provisioned(name: string): Promise<string> {
  const { status, body } = await call('POST', '/Users', aUser(`${name}@${domain}`));
  expect(status).toBe(201);
  return body.id;
}

const filter = (text: string) => `filter=${encodeURIComponent(text)}`;

describe('Okta', () => {
  test('looks for a user, makes it, replaces it, deactivates and activates it', async () => {
    const email = `ada@${domain}`;
    const none = await call('GET', `/Users?${filter(`userName eq "${email}"`)}&startIndex=1&count=100`);
    expect(none.body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
    const made = await call(
      'POST',
      '/Users',
      aUser(email, {
        name: { givenName: 'Ada', familyName: 'Lovelace' },
        emails: [{ primary: true, value: email, type: 'work' }],
        externalId: '00u1',
        locale: 'en-US',
        groups: [],
      }),
    );
    expect(made).toMatchObject({ status: 201, body: { userName: email, externalId: '00u1', active: true } });
    const { id } = made.body;
    expect(
      (await call('GET', `/Users?${filter(`userName eq "${email.toUpperCase()}"`)}`)).body,
    ).toMatchObject({
      totalResults: 1,
      Resources: [{ id, name: { formatted: 'Ada Lovelace' } }],
    });
    expect((await call('POST', '/Users', aUser(email))).body).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    });
    const replaced = await call(
      'PUT',
      `/Users/${id}`,
      aUser(email, { displayName: 'Ada King', externalId: '00u1' }),
    );
    expect(replaced.body).toMatchObject({ id, displayName: 'Ada King', active: true });
    const off = await call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active: false } }));
    expect(off).toMatchObject({ status: 200, body: { active: false, displayName: 'Ada King' } });
    const on = await call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active: true } }));
    expect(on.body).toMatchObject({ active: true });
  });

  test('makes a group, renames it without a path, and puts members in and out', async () => {
    const [ada, bob] = [await provisioned('ada'), await provisioned('bob')];
    const { body: made } = await call('POST', '/Groups', {
      displayName: 'Platform',
      members: [{ value: ada }],
    });
    const path = `/Groups/${made.id}`;
    await call('PATCH', path, patchOf({ op: 'replace', value: { id: made.id, displayName: 'Platform 2' } }));
    await call(
      'PATCH',
      path,
      patchOf({ op: 'add', path: 'members', value: [{ value: bob, display: 'bob' }] }),
    );
    const after = await call('PATCH', path, patchOf({ op: 'remove', path: `members[value eq "${ada}"]` }));
    expect(after.body).toMatchObject({ displayName: 'Platform 2', members: [{ value: bob }] });
    const all = await call(
      'PATCH',
      path,
      patchOf({ op: 'replace', path: 'members', value: [{ value: ada }] }),
    );
    expect(all.body).toMatchObject({ members: [{ value: ada }] });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });
});

describe('Entra', () => {
  test('asks by externalId, and sends names in other cases, booleans as texts and dotted attributes', async () => {
    const id = await provisioned('ada');
    await call('PATCH', `/Users/${id}`, patchOf({ op: 'Add', path: 'externalId', value: 'guid-1' }));
    expect((await call('GET', `/Users?${filter('externalId eq "guid-1"')}`)).body).toMatchObject({
      totalResults: 1,
    });
    const changed = await call(
      'PATCH',
      `/Users/${id}`,
      patchOf(
        { op: 'Replace', path: 'displayName', value: 'Ada' },
        { op: 'Replace', path: 'Active', value: 'False' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: `ada@${domain}` },
        { op: 'Add', value: { 'urn:ietf:params:scim:schemas:core:2.0:User:userName': `ada2@${domain}` } },
      ),
    );
    expect(changed.body).toMatchObject({ userName: `ada2@${domain}`, displayName: 'Ada', active: false });
    expect((await call('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await call('GET', `/Users/${id}`)).body).toMatchObject({ status: '404' });
  });

  test('finds a group by name without its members, and takes members out by value', async () => {
    const ada = await provisioned('ada');
    const { body } = await call('POST', '/Groups', {
      DisplayName: 'Readers',
      ExternalId: 'g-1',
      Members: [{ Value: ada }],
    });
    const found = await call(
      'GET',
      `/Groups?excludedAttributes=members&${filter('displayName eq "readers"')}`,
    );
    expect(found.body.Resources).toEqual([expect.objectContaining({ id: body.id, externalId: 'g-1' })]);
    expect(found.body.Resources[0]).not.toHaveProperty('members');
    const after = await call(
      'PATCH',
      `/Groups/${body.id}`,
      patchOf({ op: 'Remove', path: 'members', value: [{ value: ada }] }),
    );
    expect(after.body).toMatchObject({ members: [] });
  });
});

describe('lists', () => {
  test('go page by page, and say how many there are', async () => {
    for (const name of ['ada', 'bob', 'cyd']) await provisioned(name);
    const second = await call('GET', '/Users?startIndex=2&count=2&attributes=userName');
    // The Org Admin is one too.
    expect(second.body).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
    expect(Object.keys(second.body.Resources[0] ?? {}).sort()).toEqual(['id', 'schemas', 'userName']);
    expect((await call('GET', '/Users?count=0')).body).toMatchObject({ totalResults: 4, Resources: [] });
  });

  test.each(['userName co "a"', 'title eq "x"', 'userName eq', '('])('refuse the filter %s', async (text) => {
    expect((await call('GET', `/Users?${filter(text)}`)).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    });
  });
});

test('what is served is told', async () => {
  for (const path of ['ServiceProviderConfig', 'ResourceTypes', 'Schemas']) {
    expect((await call('GET', `/${path}`)).status).toBe(200);
  }
});

describe('a directory', () => {
  test('gives no seat that the plan has not', async () => {
    const { body: group } = await call('POST', '/Groups', { displayName: 'Platform' });
    await setGroupRole(site.plans.deps, ask(acme.admin.actor), {
      groupId: group.id as GroupId,
      role: 'contributor',
    });
    const [ada, bob] = [await provisioned('ada'), await provisioned('bob')];
    site.plans.set(acme.customerId, { ...enterprise, limits: new Map([['seats', 2]]) });
    const add = (id: string) =>
      call('PATCH', `/Groups/${group.id}`, patchOf({ op: 'add', path: 'members', value: [{ value: id }] }));
    expect((await add(ada)).status).toBe(200);
    expect((await add(bob)).body).toMatchObject({ status: '403', scimType: 'tooMany' });
    // Who is not active costs none.
    await call('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'active', value: false }));
    expect((await add(bob)).status).toBe(200);
    expect(
      (await call('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'active', value: true }))).body,
    ).toMatchObject({
      scimType: 'tooMany',
    });
  });

  test('never takes the last Org Admin away', async () => {
    const path = `/Users/${acme.admin.membershipId}`;
    expect((await call('DELETE', path)).body).toMatchObject({ status: '409', scimType: 'mutability' });
    expect((await call('PATCH', path, patchOf({ op: 'replace', value: { active: false } }))).status).toBe(
      409,
    );
  });

  test('puts in nobody of another domain, and changes no name of theirs', async () => {
    expect((await call('POST', '/Users', aUser('victim@elsewhere.example'))).body).toMatchObject({
      scimType: 'invalidValue',
    });
    const path = `/Users/${acme.admin.membershipId}`;
    const renamed = await call('PATCH', path, patchOf({ op: 'replace', value: { displayName: 'Mallory' } }));
    expect(renamed.body['displayName']).toBeUndefined();
    const moved = await call(
      'PATCH',
      path,
      patchOf({ op: 'replace', value: { userName: `mallory@${domain}` } }),
    );
    expect(moved.status).toBe(403);
  });

  test('sees and changes nothing of another organization', async () => {
    const ada = await provisioned('ada');
    const { body: group } = await call('POST', '/Groups', { displayName: 'Platform' });
    const bird = await directoryOf(await anOrganization(site.pool));
    const off = patchOf({ op: 'replace', value: { active: false } });
    for (const path of [`/Users/${ada}`, `/Groups/${group.id}`]) {
      expect((await bird('GET', path)).status).toBe(404);
      expect((await bird('PUT', path, aUser(`ada@${domain}`))).status).toBe(404);
      expect((await bird('PATCH', path, off)).status).toBe(404);
      expect((await bird('DELETE', path)).status).toBe(404);
    }
    expect((await bird('GET', `/Users?${filter(`userName eq "ada@${domain}"`)}`)).body).toMatchObject({
      totalResults: 0,
    });
    expect((await bird('POST', '/Groups', { displayName: 'Theirs', members: [{ value: ada }] })).status).toBe(
      404,
    );
    expect((await bird('GET', '/Groups')).body).toMatchObject({ totalResults: 0 });
    expect((await call('GET', `/Users/${ada}`)).body).toMatchObject({ active: true });
  });

  test('needs the capability, and a plan with single sign-on', async () => {
    expect((await (await directoryOf(acme, 'member:read'))('GET', '/Users')).status).toBe(403);
    site.plans.set(acme.customerId, { ...enterprise, features: new Set(['roles']) });
    expect((await call('GET', '/Users')).body).toMatchObject({ status: '403' });
    const nobody = await fetch(`${site.url}/scim/v2/Users`);
    expect(nobody.status).toBe(401);
  });
});
