/** What the database itself refuses of organizations, whoever asks it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGraph } from '../../../src/organizations/graphs.ts';
import { aMember, anOrganization, ask, plansOn } from '../../organizations/anOrganization.ts';
import { freshDatabase, type TestDatabase } from '../../stack/database.ts';

let database: TestDatabase;
/** What statements are about, by the names that they have for it. */
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  database = await freshDatabase();
  const { pool } = database;
  const { deps } = plansOn(pool);
  const [one, other] = [await anOrganization(pool), await anOrganization(pool)];
  const observer = await aMember(pool, one.id, 'observer');
  const mine = await createGraph(deps, ask(one.admin.actor), { organizationId: one.id, name: 'shop' });
  const theirs = await createGraph(deps, ask(other.admin.actor), { organizationId: other.id, name: 'shop' });
  await pool.query(`INSERT INTO roles (id, organization_id, name) VALUES ('role_theirs', $1, 'theirs')`, [
    other.id,
  ]);
  await pool.query(
    `INSERT INTO groups (id, organization_id, name) VALUES ('grp_mine', $1, 'mine'), ('grp_theirs', $2, 'theirs')`,
    [one.id, other.id],
  );
  ids = {
    one: one.id,
    customer: one.customerId,
    admin: one.admin.membershipId,
    adminUser: one.admin.userId,
    member: observer.membershipId,
    user: observer.userId,
    graph: mine.graphId,
    variant: mine.variantId,
    theirMember: other.admin.membershipId,
    theirGraph: theirs.graphId,
    theirVariant: theirs.variantId,
  };
});
afterAll(() => database.drop());

const key = (columns: string, values: string) =>
  `INSERT INTO keys (id, name, key_hash, key_hint, ${columns}) VALUES ('okey_x', 'x', 'x', 'x', ${values})`;
const role = (columns: string, values: string) =>
  `INSERT INTO resource_roles (organization_id, effect, ${columns}) VALUES (:one, 'grant', ${values})`;

describe('the database refuses', () => {
  test.each([
    [
      'a second organization for a customer',
      `INSERT INTO organizations (id, customer_id, name) VALUES ('org_x', :customer, 'x')`,
    ],
    ['two users of one address', `INSERT INTO users (id, email) SELECT 'usr_x', email FROM users LIMIT 1`],
    [
      'an address that is not in lower case',
      `INSERT INTO users (id, email) VALUES ('usr_x', 'A@example.com')`,
    ],
    [
      'a user to be a member twice',
      `INSERT INTO memberships (id, organization_id, user_id, role) VALUES ('mem_x', :one, :user, 'consumer')`,
    ],
    ['a role that is none', `UPDATE memberships SET role = 'king' WHERE id = :member`],
    [
      'a member with a role of another organization',
      `UPDATE memberships SET role = 'role_theirs' WHERE id = :member`,
    ],
    [
      'a group with a role of another organization',
      `UPDATE groups SET role = 'role_theirs' WHERE id = 'grp_mine'`,
    ],
    [
      'an invitation for a role of another organization',
      `INSERT INTO invitations (id, organization_id, email, role, expires_at) VALUES ('inv_x', :one, 'x@example.com', 'role_theirs', now())`,
    ],
    ['the last Org Admin to go', `DELETE FROM memberships WHERE id = :admin`],
    ['the last Org Admin to be less', `UPDATE memberships SET role = 'observer' WHERE id = :admin`],
    [
      'the last Org Admin to be deactivated',
      `UPDATE memberships SET deactivated_at = now() WHERE id = :admin`,
    ],
    [
      'the user of the last Org Admin to be deactivated',
      `UPDATE users SET deactivated_at = now() WHERE id = :adminUser`,
    ],
    [
      'a member of another organization in a group',
      `INSERT INTO group_members VALUES (:one, 'grp_mine', :theirMember)`,
    ],
    [
      'a group of another organization to take a member',
      `INSERT INTO group_members VALUES (:one, 'grp_theirs', :member)`,
    ],
    [
      'a custom role that assigns roles',
      `INSERT INTO roles (id, organization_id, name, permissions) VALUES ('role_x', :one, 'x', '{role:assign}')`,
    ],
    [
      'a built-in role of an organization',
      `INSERT INTO roles (id, organization_id, name) VALUES ('king', :one, 'x')`,
    ],
    [
      'two graphs of one name',
      `INSERT INTO graphs (id, organization_id, name) VALUES ('gph_x', :one, 'shop')`,
    ],
    [
      'a graph with an @ in its name',
      `INSERT INTO graphs (id, organization_id, name) VALUES ('gph_x', :one, 'a@b')`,
    ],
    [
      'two variants of one name',
      `INSERT INTO variants (id, organization_id, graph_id, name) VALUES ('var_x', :one, :graph, 'current')`,
    ],
    [
      'a variant of a graph of another organization',
      `INSERT INTO variants (id, organization_id, graph_id, name) VALUES ('var_x', :one, :theirGraph, 'x')`,
    ],
    ['a role for nobody', role('graph_id, role', `:graph, 'observer'`)],
    [
      'a role for a member and a group',
      role('membership_id, group_id, graph_id, role', `:member, 'grp_mine', :graph, 'observer'`),
    ],
    [
      'a role on a graph of another organization',
      role('membership_id, graph_id, role', `:member, :theirGraph, 'observer'`),
    ],
    [
      'a role on a variant of another graph',
      role('membership_id, graph_id, variant_id, role', `:member, :graph, :theirVariant, 'observer'`),
    ],
    [
      'a role for a member of another organization',
      role('membership_id, graph_id, role', `:theirMember, :graph, 'observer'`),
    ],
    [
      'a role of another organization on a graph',
      role('membership_id, graph_id, role', `:member, :graph, 'role_theirs'`),
    ],
    ['an Org Admin of a graph', role('membership_id, graph_id, role', `:member, :graph, 'org_admin'`)],
    ['a personal key of an organization', key('kind, user_id, organization_id', `'personal', :user, :one`)],
    ['a graph key without a role', key('kind, organization_id, graph_id', `'graph', :one, :graph`)],
    [
      'a graph key of another organization',
      key('kind, organization_id, graph_id, role', `'graph', :one, :theirGraph, 'observer'`),
    ],
    [
      'a graph key for no variant',
      key('kind, organization_id, graph_id, role, variant_ids', `'graph', :one, :graph, 'observer', '{}'`),
    ],
    ['a service key without capabilities', key('kind, organization_id', `'service', :one`)],
    [
      'an operator key that assigns roles',
      key('kind, organization_id, capabilities', `'operator', :one, '{role:assign}'`),
    ],
  ])('%s', async (_what, statement) => {
    const named = statement.replace(/:(\w+)\b(?=[ ,)]|$)/g, (all, name: string) => {
      const id = ids[name];
      return id === undefined ? all : `'${id}'`;
    });
    // Refused by a rule, not for being malformed.
    await expect(database.pool.query(named)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  });
});

test('what it does not refuse: another Org Admin lets the first go, also by its user', async () => {
  await aMember(database.pool, ids['one'] as never, 'org_admin');
  await database.pool.query(`UPDATE users SET deactivated_at = now() WHERE id = $1`, [ids['adminUser']]);
  await database.pool.query(`DELETE FROM memberships WHERE id = $1`, [ids['admin']]);
});
