/**
 * What always holds, over random acts of random actors on two organizations: nobody of one changes or learns of the other,
 * seats are never exceeded, an Org Admin always stays, the audit log is whole, and each change has exactly one entry.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditLogRules } from '../../src/audit/rules/auditLog.ts';
import { BillingError } from '../../src/domain/errors.ts';
import type {
  GraphId,
  CustomRoleId,
  GroupId,
  InvitationId,
  KeyId,
  MembershipId,
  OrganizationId,
  VariantId,
} from '../../src/domain/ids.ts';
import type { BuiltInRole } from '../../src/domain/permissions/role.ts';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import {
  addGroupMembers,
  createGroup,
  deleteGroup,
  removeGroupMembers,
  setGroupRole,
  updateGroup,
} from '../../src/organizations/groups.ts';
import { createGraph, deleteGraph, findGraphs, updateGraph } from '../../src/organizations/graphs.ts';
import { invite, resendInvitation, withdrawInvitation } from '../../src/organizations/invitations.ts';
import { createGraphKey, createOrganizationKey } from '../../src/organizations/keys.ts';
import {
  addMember,
  leaveOrganization,
  removeMember,
  setMemberActive,
  setMemberRole,
} from '../../src/organizations/members.ts';
import {
  deleteOrganization,
  findOrganizations,
  updateOrganization,
} from '../../src/organizations/organizations.ts';
import { changeRole, defineRole, deleteRole } from '../../src/organizations/customRoles.ts';
import { revokeKey } from '../../src/organizations/revokeKey.ts';
import { clearResourceRole, setResourceRole } from '../../src/organizations/resourceRoles.ts';
import {
  createVariant,
  deleteVariant,
  findVariants,
  protectVariant,
  updateDescription,
  updateReadme,
  updateVariant,
} from '../../src/organizations/variants.ts';
import type { Request } from '../../src/organizations/request.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  aMember,
  anOrganization,
  ask,
  enterprise,
  plansOn,
  type PlanOf,
  type TestOrganization,
} from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

const seats = 4;
const roles = ['org_admin', 'graph_admin', 'contributor', 'observer', 'consumer', 'billing_manager'] as const;
const acts = [
  'setRole', 'remove', 'leave', 'invite', 'accept', 'withdraw', 'createGroup', 'setGroupRole', 'joinGroup', 'deleteGroup',
  'createGraph', 'updateGraph', 'deleteGraph', 'createVariant', 'protect', 'deleteVariant', 'grant', 'clear', 'key', 'rename',
  'resend', 'addMember', 'setActive', 'updateGroup', 'leaveGroup', 'updateVariant', 'readme', 'description', 'grantGroup',
  'organizationKey', 'revokeKey', 'defineRole', 'changeRole', 'deleteRole', 'setCustomRole', 'deleteOrganization',
] as const; // prettier-ignore

interface Step {
  readonly act: (typeof acts)[number];
  readonly actor: number;
  /** Of which organization the thing is that is acted on. */
  readonly theirs: number;
  readonly pick: number;
  readonly role: BuiltInRole;
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(...acts),
  actor: fc.nat(99),
  theirs: fc.nat(1),
  pick: fc.nat(99),
  role: fc.constantFrom(...roles),
});

type Member = TestOrganization['admin'] & { readonly home: OrganizationId };

async function idsOf<Id extends string>(table: string, organization: OrganizationId): Promise<Id[]> {
  const { rows } = await database.pool.query<{ id: Id }>(
    `SELECT id FROM ${table} WHERE organization_id = $1 ORDER BY id`,
    [organization],
  );
  return rows.map(({ id }) => id);
}

const tables = [
  'memberships',
  'groups',
  'group_members',
  'invitations',
  'graphs',
  'variants',
  'resource_roles',
  'keys',
  'roles',
];

/** All that an organization is, in one text. */
async function stateOf(id: OrganizationId): Promise<string> {
  const parts = tables.map(
    (table) =>
      `SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') FROM ${table} t WHERE organization_id = $1`,
  );
  const { rows } = await database.pool.query<{ state: string }>(
    `SELECT (SELECT o::text FROM organizations o WHERE id = $1) || ${parts.map((part) => `(${part})`).join(" || '|' || ")} AS state`,
    [id],
  );
  return rows[0]?.state ?? '';
}

async function doneEntries(id: string): Promise<number> {
  const { rows } = await database.pool.query<{ entries: number }>(
    `SELECT count(*)::int AS entries FROM audit_log WHERE chain = $1 AND outcome = 'done'`,
    [id],
  );
  return rows[0]?.entries ?? 0;
}

/** Does it, to something of that organization. What there is nothing to do to is not done. */
async function act(
  { act: what, pick, role }: Step,
  request: Request,
  id: OrganizationId,
  tokens: Map<string, string>,
): Promise<unknown> {
  const { deps } = plans;
  const one = <Id extends string>(ids: readonly Id[]): Id | undefined => ids[pick % Math.max(1, ids.length)];
  const member = one(await idsOf<MembershipId>('memberships', id));
  const group = one(await idsOf<GroupId>('groups', id));
  const graph = one(await idsOf<GraphId>('graphs', id));
  const variant = one(await idsOf<VariantId>('variants', id));
  const invitation = one(await idsOf<InvitationId>('invitations', id));
  const key = one(await idsOf<KeyId>('keys', id));
  const custom = one(await idsOf<CustomRoleId>('roles', id));
  const name = `n${String(pick)}`;
  const on = pick % 2 === 0 ? graph : variant;
  switch (what) {
    case 'setRole':
      return member && setMemberRole(deps, request, { membershipId: member, role });
    case 'remove':
      return member && removeMember(deps, request, member);
    case 'leave':
      return leaveOrganization(deps, request, id);
    case 'invite': {
      const email = `p${String(pick)}@example.com`;
      const made = await invite(deps, request, { organizationId: id, email, role });
      if (made.token !== null) tokens.set(made.invitationId, made.token);
      return made;
    }
    case 'accept': {
      const token = invitation && tokens.get(invitation);
      return token === undefined
        ? undefined
        : acceptInvitation(deps, { ...request, actor: { kind: 'anonymous' } }, { token });
    }
    case 'withdraw':
      return invitation && withdrawInvitation(deps, request, invitation);
    case 'createGroup':
      return createGroup(deps, request, { organizationId: id, name, role: pick % 3 === 0 ? role : null });
    case 'setGroupRole':
      return group && setGroupRole(deps, request, { groupId: group, role });
    case 'joinGroup':
      return group && member && addGroupMembers(deps, request, { groupId: group, membershipIds: [member] });
    case 'deleteGroup':
      return group && deleteGroup(deps, request, group);
    case 'createGraph':
      return createGraph(deps, request, { organizationId: id, name });
    case 'updateGraph':
      return graph && updateGraph(deps, request, { graphId: graph, title: name });
    case 'deleteGraph':
      return graph && deleteGraph(deps, request, graph);
    case 'createVariant':
      return graph && createVariant(deps, request, { graphId: graph, name });
    case 'protect':
      return variant && protectVariant(deps, request, { variantId: variant, isProtected: pick % 2 === 0 });
    case 'deleteVariant':
      return variant && deleteVariant(deps, request, variant);
    case 'grant':
      return (
        on &&
        member &&
        setResourceRole(deps, request, {
          on,
          membershipId: member,
          effect: pick % 3 === 0 ? 'limit' : 'grant',
          role,
        })
      );
    case 'clear':
      return on && member && clearResourceRole(deps, request, { on, membershipId: member });
    case 'key':
      return graph && createGraphKey(deps, request, { graphId: graph, name, role });
    case 'rename':
      return updateOrganization(deps, request, { organizationId: id, name });
    case 'resend': {
      const made = invitation && (await resendInvitation(deps, request, invitation));
      if (made?.token != null) tokens.set(made.invitationId, made.token);
      return made;
    }
    case 'addMember':
      return addMember(deps, request, { organizationId: id, email: `a${String(pick)}@example.com`, role });
    case 'setActive':
      return member && setMemberActive(deps, request, { membershipId: member, active: pick % 2 === 0 });
    case 'updateGroup':
      return group && updateGroup(deps, request, { groupId: group, name });
    case 'leaveGroup':
      return (
        group && member && removeGroupMembers(deps, request, { groupId: group, membershipIds: [member] })
      );
    case 'updateVariant':
      return variant && updateVariant(deps, request, { variantId: variant, is_public: false, name });
    case 'readme':
      return variant && updateReadme(deps, request, { variantId: variant, readme: name });
    case 'description':
      return variant && updateDescription(deps, request, { variantId: variant, description: name });
    case 'grantGroup':
      return on && group && setResourceRole(deps, request, { on, groupId: group, effect: 'grant', role });
    case 'organizationKey':
      return createOrganizationKey(deps, request, {
        organizationId: id,
        kind: 'service',
        name,
        capabilities: ['graph:read'],
      });
    case 'revokeKey':
      return key && revokeKey(deps, request, key);
    case 'defineRole':
      return defineRole(deps, request, {
        organizationId: id,
        name,
        permissions: ['graph:create', 'graph:read'],
      });
    case 'changeRole':
      return custom && changeRole(deps, request, { roleId: custom, name });
    case 'deleteRole':
      return custom && deleteRole(deps, request, custom);
    case 'setCustomRole':
      return custom && member && setMemberRole(deps, request, { membershipId: member, role: custom });
    case 'deleteOrganization':
      return pick % 8 === 0 ? deleteOrganization(deps, request, id) : undefined;
  }
}

async function checkWhatHolds(organizations: readonly TestOrganization[]): Promise<void> {
  for (const { id } of organizations) {
    const { rows } = await database.pool.query<{ taken: number; admins: number }>(
      `SELECT (SELECT count(*)::int FROM billable_members WHERE organization_id = $1) AS taken,
              (SELECT count(*)::int FROM memberships WHERE organization_id = $1 AND role = 'org_admin' AND deactivated_at IS NULL) AS admins`,
      [id],
    );
    expect(rows[0]?.taken).toBeLessThanOrEqual(seats);
    expect(rows[0]?.admins).toBeGreaterThan(0);
  }
}

test('over random acts of random actors all of it holds', async () => {
  let done = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 30 }), async (steps) => {
      const organizations = [await anOrganization(database.pool), await anOrganization(database.pool)];
      const actors: Member[] = [];
      const tokens = new Map<string, string>();
      for (const organization of organizations) {
        const { id, customerId, admin } = organization;
        plans.set(customerId, {
          ...enterprise,
          limits: new Map([
            ['seats', seats],
            ['graphs', 3],
            ['variants', 5],
          ]),
        });
        actors.push({ ...admin, home: id });
        for (const role of ['graph_admin', 'consumer', 'billing_manager'] as const) {
          actors.push({ ...(await aMember(database.pool, id, role)), home: id });
        }
        await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'first' });
        await createGroup(plans.deps, ask(admin.actor), { organizationId: id, name: 'team' });
      }
      for (const one of steps) {
        const actor = actors[one.actor % actors.length];
        const target = organizations[one.theirs];
        if (!actor || !target) throw new Error('nobody');
        const before = await Promise.all(organizations.map(({ id }) => stateOf(id)));
        const entries = await Promise.all(organizations.map(({ id }) => doneEntries(id)));
        const outcome = await act(one, ask(actor.actor), target.id, tokens).then(
          (value) => ({ value }),
          (error: unknown) => {
            if (error instanceof BillingError) return { error };
            throw error;
          },
        );
        const after = await Promise.all(organizations.map(({ id }) => stateOf(id)));
        // Each change has exactly one entry, and what is no change has none.
        for (const [index, { id }] of organizations.entries()) {
          const told = (await doneEntries(id)) - (entries[index] ?? 0);
          expect([one.act, told]).toEqual([one.act, before[index] === after[index] ? 0 : 1]);
        }
        if (before.join() === after.join()) refused += 1;
        else done += 1;
        // Who is of the other organization changes nothing there, and is told that there is nothing. A token is its bearer's.
        if (actor.home !== target.id && one.act !== 'accept') {
          expect(after).toEqual(before);
          if ('value' in outcome) expect(outcome.value).toBeUndefined();
          // What can never be is refused whatever it is asked of, and says nothing of that.
          else if (outcome.error.code !== 'role_of_organization') expect(outcome.error.status).toBe(404);
        }
        await checkWhatHolds(organizations);
      }
      for (const actor of actors) {
        for (const { id } of organizations.filter((organization) => organization.id !== actor.home)) {
          const graphs = await idsOf<GraphId>('graphs', id);
          const variants = await idsOf<VariantId>('variants', id);
          const seen = [
            ...(await findOrganizations(plans.deps, ask(actor.actor), [id])),
            ...(await findGraphs(plans.deps, ask(actor.actor), graphs)),
            ...(await findVariants(plans.deps, ask(actor.actor), variants)),
          ];
          expect(seen.every((row) => row === undefined)).toBe(true);
        }
      }
      for (const { sql } of auditLogRules) expect((await database.pool.query(sql)).rows).toEqual([]);
    }),
    { numRuns: 10 },
  );
  // Neither is there for want of trying.
  expect(done).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(5);
});
