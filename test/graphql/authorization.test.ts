/** Each field × each role: what GraphQL answers is what the domain decides, and nothing else does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApiOnly, type ApiOnly } from '../api/apiOnly.ts';
import { check } from '../../src/domain/permissions/decision.ts';
import type { Resource } from '../../src/domain/permissions/access.ts';
import {
  permissionRow,
  type Permission,
  type ResourceKind,
} from '../../src/domain/permissions/permission.ts';
import { createContext } from '../../src/graphql/context.ts';
import { ruleOfField, ruleOfType, type Field, type Rule } from '../../src/graphql/guard.ts';
import { fieldOf, nameOf, permissionsOn } from '../../src/graphql/permissionNames.ts';
import { resolvers } from '../../src/graphql/resolvers/resolvers.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { uncachedEntitlements } from '../../src/entitlementCache/reader.ts';
import { accessOf, type Found } from '../../src/organizations/access.ts';
import { isHidden } from '../../src/organizations/decide.ts';
import { ask as request } from '../organizations/anOrganization.ts';
import {
  aFurnishedOrganization,
  dependenciesOn,
  everybodyHasEverything,
  everybodyOf,
  type Ids,
  type Somebody,
} from './aWorld.ts';
import { fieldsOf, inputOf, objectTypes, selectionOf } from './everyField.ts';
import { askerOf, type Ask } from './graphqlCall.ts';

const schema = createSchema();
let api: ApiOnly;
let ask: Ask;
let ids: Ids;
let everybody: Somebody[];

beforeAll(async () => {
  api = await startApiOnly();
  ask = askerOf(api);
  await everybodyHasEverything(api.pool);
  const furnished = await aFurnishedOrganization(api.pool, 'Acme');
  ({ ids } = furnished);
  everybody = await everybodyOf(api.pool, furnished);
  await api.pool.query(
    `INSERT INTO invoices (id, customer_id, status, currency, period_start, period_end, billing_reason, created)
     SELECT 'in_01h455vb4pex5vsknk084sn02q', $1, 'draft', 'USD', now(), now(), 'manual', now()`,
    [ids.customerId],
  );
});
afterAll(() => api.stop());

/** Nothing of it changes here: what is refused changes nothing. */
const known = new Map<string, Promise<Found | undefined>>();

function found({ name, actor }: Somebody, id: string): Promise<Found | undefined> {
  const there =
    known.get(`${name} ${id}`) ??
    accessOf(dependenciesOn(api.pool), actor, [id], request(actor).now).then(([first]) => first);
  known.set(`${name} ${id}`, there);
  return there;
}

/** What the domain says, of the resource or of what it is in. */
async function mayDo(somebody: Somebody, permission: Permission, id: string): Promise<boolean> {
  const there = await found(somebody, id);
  if (!there || isHidden(there)) return false;
  return check(there.access, permission, around(there.resource, permissionRow(permission).of), 0).allowed;
}

function around(resource: Resource, of: ResourceKind): Resource {
  const { organizationId } = resource;
  if (of === 'organization') return { kind: 'organization', organizationId };
  return of === 'graph' && resource.kind === 'variant'
    ? { kind: 'graph', organizationId, graphId: resource.graphId }
    : resource;
}

/** The things by which each type can be had, and the resource by which each `of` is decided. */
const things = (of: Ids): Record<string, readonly { id: string; by: Record<string, string> }[]> => ({
  Organization: [{ id: of.organizationId, by: { id: of.organizationId } }],
  Member: [{ id: of.memberId, by: { organizationId: of.organizationId } }],
  Group: [{ id: of.groupId, by: { organizationId: of.organizationId } }],
  Invitation: [{ id: of.invitationId, by: { organizationId: of.organizationId } }],
  CustomRole: [{ id: of.roleId, by: { organizationId: of.organizationId } }],
  Graph: [{ id: of.graphId, by: { id: of.graphId } }],
  Variant: [of.variantId, of.protectedId, of.publicId].map((id) => ({ id, by: { id } })),
  GraphKey: [{ id: of.graphKeyId, by: { graphId: of.graphId } }],
  OrganizationKey: [{ id: of.keyId, by: { organizationId: of.organizationId } }],
  Invoice: [{ id: 'in_01h455vb4pex5vsknk084sn02q', by: { organizationId: of.organizationId } }],
});

const permissionRules = objectTypes(schema).flatMap((type) => {
  const rule = ruleOfType(schema, type);
  return rule?.kind === 'permission' ? [{ type, rule }] : [];
});

test('every type that some do not see is tried, but for subscriptions, whose rule is that of billing', () => {
  const tried = new Set([...Object.keys(things(ids)), 'BillingSubscription']);
  expect(permissionRules.map(({ type }) => type.name).filter((name) => !tried.has(name))).toEqual([]);
});

describe.each(permissionRules.filter(({ type }) => type.name !== 'BillingSubscription'))(
  '$type.name',
  ({ type, rule }) => {
    test('is seen, field by field, by those whom the domain lets, and does not exist for others', async () => {
      let allowed = 0;
      let denied = 0;
      for (const { id, by } of things(ids)[type.name] ?? []) {
        const query = `query ($id: ID!) { node(id: $id) { ... on ${type.name} { ${fieldsOf(type).map(selectionOf).join(' ')} } } }`;
        for (const somebody of everybody) {
          const { data, errors } = await ask(query, { id }, somebody.key);
          const sees = await mayDo(somebody, rule.permission, by[rule.of.join('.')] ?? '');
          expect([somebody.name, id, data?.['node'] !== null]).toEqual([somebody.name, id, sees]);
          if (sees) allowed++;
          else denied++;
          if (!sees) {
            expect(errors).toEqual([]);
            continue;
          }
          const refused = new Map(errors.map(({ path, extensions }) => [String(path?.[1]), extensions.code]));
          for (const field of fieldsOf(type)) {
            const own = ruleOfField(schema, type, field);
            const may =
              own?.kind !== 'permission' ||
              (await mayDo(somebody, own.permission, by[own.of.join('.')] ?? ''));
            const told = refused.get(field.name);
            expect([somebody.name, `${type.name}.${field.name}`, told ?? 'told']).toEqual([
              somebody.name,
              `${type.name}.${field.name}`,
              may ? 'told' : 'FORBIDDEN',
            ]);
          }
        }
      }
      expect([allowed > 0, denied > 0]).toEqual([true, true]);
    });
  },
);

test.each(['organization', 'graph', 'variant'] as const)(
  '`roles` of each %s has for each permission what the domain decides, for everybody who sees it',
  async (kind) => {
    const fields = permissionsOn(kind).map(fieldOf);
    const type = { organization: 'Organization', graph: 'Graph', variant: 'Variant' }[kind];
    for (const { id } of things(ids)[type] ?? []) {
      for (const somebody of everybody) {
        const { data } = await ask(
          `query ($id: ID!) { node(id: $id) { ... on ${type} { roles { ${fields.join(' ')} } } } }`,
          { id },
          somebody.key,
        );
        const node = data?.['node'] as { roles: Record<string, boolean> } | null;
        if (node === null) continue;
        const there = await found(somebody, id);
        const decided = permissionsOn(kind).map((permission) => [
          fieldOf(permission),
          there !== undefined && check(there.access, permission, there.resource).allowed,
        ]);
        expect([somebody.name, id, node.roles]).toEqual([somebody.name, id, Object.fromEntries(decided)]);
      }
    }
  },
);

test('`check` tells what `roles` tells, and of what is not seen no more than of what is not there', async () => {
  const query =
    'query ($checks: [CheckInput!]!) { checkAll(checks: $checks) { allowed reason path { passes } } }';
  for (const somebody of everybody) {
    for (const id of [ids.organizationId, ids.graphId, ids.variantId, ids.protectedId, ids.publicId]) {
      const there = await found(somebody, id);
      if (!there) throw new Error('it is there');
      const asked = permissionsOn(there.resource.kind);
      const { data } = await ask(
        query,
        { checks: asked.map((permission) => ({ permission: nameOf(permission), resource: id })) },
        somebody.key,
      );
      const told = (data?.['checkAll'] as { allowed: boolean; reason: string; path: unknown[] }[]).map(
        ({ allowed }) => allowed,
      );
      const hidden = isHidden(there);
      expect([somebody.name, told]).toEqual([
        somebody.name,
        asked.map((permission) => !hidden && check(there.access, permission, there.resource).allowed),
      ]);
      if (hidden)
        expect(data?.['checkAll']).toContainEqual({ allowed: false, reason: 'NOT_FOUND', path: [] });
    }
  }
});

test('`whoCan` is told to those who see members', async () => {
  for (const somebody of everybody) {
    for (const id of [ids.organizationId, ids.graphId, ids.publicId]) {
      const { data, errors } = await ask(
        `query ($id: ID!) { whoCan(permission: EXPLORER_QUERY, resource: $id) { member { id role { id } } decision { reason } } }`,
        { id },
        somebody.key,
      );
      const may = await mayDo(somebody, 'member:read', id);
      expect([somebody.name, id, data?.['whoCan'] !== null, errors.length]).toEqual([
        somebody.name,
        id,
        may,
        may ? 0 : 1,
      ]);
    }
  }
});

describe('each mutation', () => {
  const mutation = schema.getMutationType();
  const mutations = mutation ? fieldsOf(mutation).map((field) => [field.name, field] as const) : [];
  const made = Object.assign({}, ...resolvers.map(({ Mutation }) => Mutation ?? {})) as Record<
    string,
    (source: object, args: object, context: object, info: object) => Promise<unknown>
  >;

  /** The id that decides. */
  const decider = (rule: Rule & { kind: 'permission' }, input: Record<string, unknown>) =>
    String(input[rule.of[1] ?? '']);

  test.each(mutations)(
    '%s is refused to whom the domain refuses it, by the schema and where it is made',
    async (name, field) => {
      const rule = mutation && ruleOfField(schema, mutation, field);
      if (rule?.kind !== 'permission') return;
      const input = inputOf(field, ids);
      const query = `mutation ($input: ${String(field.args[0]?.type)}) { ${name}(input: $input) { userErrors { code } } }`;
      let refused = 0;
      for (const somebody of everybody) {
        const id = decider(rule, input);
        if (await mayDo(somebody, rule.permission, id)) continue;
        refused++;
        const { data, errors } = await ask(query, { input }, somebody.key);
        if (somebody.actor.kind === 'anonymous') {
          expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
        } else {
          const there = await found(somebody, id);
          const [error] = (data?.[name] as { userErrors: { code: string }[] }).userErrors;
          const code =
            !there || isHidden(there) || error?.code === 'NOT_FOUND'
              ? 'NOT_FOUND'
              : /FORBIDDEN|PROTECTED_VARIANT/;
          expect(`${somebody.name}: ${error?.code ?? 'done'}`).toMatch(code);
        }
        const context = createContext(
          dependenciesOn(api.pool),
          uncachedEntitlements(api.pool),
          request(somebody.actor),
          true,
        );
        await expect(made[name]?.({}, { input }, context, {})).rejects.toMatchObject({
          status: expect.any(Number),
        });
      }
      expect(refused).toBeGreaterThan(0);
    },
  );

  test('every mutation that has no permission of its own is one of these', () => {
    const free = mutations.filter(
      ([, field]) => mutation && ruleOfField(schema, mutation, field)?.kind !== 'permission',
    );
    expect(free.map(([name]) => name)).toEqual([
      'createOrganization',
      'leaveOrganization',
      'acceptInvitation',
      'createPersonalKey',
      'revokeKey',
    ]);
  });

  test.each(mutations)('%s is let by the schema to whom the domain lets it', async (_name, field) => {
    const rule = mutation && ruleOfField(schema, mutation, field);
    if (rule?.kind !== 'permission') return;
    // The schema alone: what would be done is not.
    const { schema: guarded, done } = guardedWithoutWork(field.name);
    const input = inputOf(field, ids);
    for (const somebody of everybody) {
      const context = createContext(
        dependenciesOn(api.pool),
        uncachedEntitlements(api.pool),
        request(somebody.actor),
        true,
      );
      const before = done.length;
      await guarded({ input }, context).catch(() => undefined);
      const may = await mayDo(somebody, rule.permission, decider(rule, input));
      expect([somebody.name, done.length > before]).toEqual([somebody.name, may]);
    }
  });
});

/** A mutation with its guard, and in place of its work a note. */
function guardedWithoutWork(name: string) {
  const done: string[] = [];
  const note = () => {
    done.push(name);
    return { userErrors: [], clientMutationId: null };
  };
  const field: Field | undefined = createSchema([{ Mutation: { [name]: note } }])
    .getMutationType()
    ?.getFields()[name];
  if (!field?.resolve) throw new Error(`there is no mutation ${name}`);
  const { resolve } = field;
  return {
    done,
    schema: async (args: object, context: ReturnType<typeof createContext>) =>
      await resolve({}, args, context, {} as Parameters<typeof resolve>[3]),
  };
}
