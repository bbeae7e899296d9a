/** What the database repeats of the tables in domain/permissions is the same: a change of one alone fails here. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { permissionsKeptForOrgAdmins } from '../../src/domain/permissions/permission.ts';
import { builtInRoles, seatlessRoles } from '../../src/domain/permissions/role.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

async function column(sql: string, values: readonly unknown[] = []): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(sql, [...values]);
  return rows.map(({ text }) => text).toSorted();
}

test('the built-in roles are rows, and of no organization', async () => {
  expect(await column('SELECT id AS text FROM roles WHERE organization_id IS NULL')).toEqual(
    builtInRoles.toSorted(),
  );
});

test.each(['roles', 'keys'])(
  '%s refuse what Org Admins keep for themselves, and that alone',
  async (name) => {
    const [definition = ''] = await column(
      `SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%&&%'`,
      [name],
    );
    const refused = [...definition.matchAll(/'([a-z_]+:[a-z]+)'/g)].map(([, permission]) => permission);
    expect(refused.toSorted()).toEqual(permissionsKeptForOrgAdmins.toSorted());
  },
);

test('members with a role that costs no seat, and they alone, are not counted', async () => {
  const { pool } = database;
  await pool.query(`INSERT INTO customers (id, name, created) VALUES ('cus_seats', 'Seats', now())`);
  await pool.query(
    `INSERT INTO organizations (id, customer_id, name) VALUES ('org_seats', 'cus_seats', 'Seats')`,
  );
  await pool.query(
    `INSERT INTO users (id, email) SELECT 'usr_' || role, role || '@example.com' FROM unnest($1::text[]) role`,
    [builtInRoles],
  );
  await pool.query(
    `INSERT INTO memberships (id, organization_id, user_id, role)
     SELECT 'mem_' || role, 'org_seats', 'usr_' || role, role FROM unnest($1::text[]) role`,
    [builtInRoles],
  );
  const counted = await column(
    `SELECT role AS text FROM billable_members b JOIN memberships m ON m.id = b.membership_id
     WHERE b.organization_id = 'org_seats'`,
  );
  expect(counted).toEqual(builtInRoles.filter((role) => !seatlessRoles.has(role)).toSorted());
});
