/** Custom roles of organizations. */
import type { CustomRoleId, OrganizationId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface CustomRoleRow {
  readonly id: CustomRoleId;
  readonly organization_id: OrganizationId;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly created: Instant;
}

export const selectCustomRoles = `
  SELECT t.* FROM (
    SELECT r.id, r.organization_id, r.name, r.permissions, r.created
      FROM roles r JOIN organizations o ON o.id = r.organization_id
     WHERE o.deleted_at IS NULL) t`;

export async function insertCustomRole(db: Queryable, row: CustomRoleRow): Promise<void> {
  await db.query(
    `INSERT INTO roles (id, organization_id, name, permissions, created) VALUES ($1, $2, $3, $4, $5)`,
    [row.id, row.organization_id, row.name, row.permissions, formatInstant(row.created)],
  );
}

export interface CustomRoleChange {
  readonly name?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
}

export async function updateCustomRole(
  db: Queryable,
  id: CustomRoleId,
  change: CustomRoleChange,
): Promise<void> {
  const fields = givenColumns(change, new Set());
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE roles SET ${assignments.join(', ')} WHERE id = $1`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Deletes a role that nothing names any more; false where something does, an invitation or a key that has ended among them. */
export async function deleteCustomRole(db: Queryable, id: CustomRoleId): Promise<boolean> {
  const { rowCount } = await db.query(
    `DELETE FROM roles r WHERE r.id = $1
        AND NOT EXISTS (SELECT FROM memberships WHERE role = r.id)
        AND NOT EXISTS (SELECT FROM groups WHERE role = r.id)
        AND NOT EXISTS (SELECT FROM resource_roles WHERE role = r.id)
        AND NOT EXISTS (SELECT FROM invitations WHERE role = r.id)
        AND NOT EXISTS (SELECT FROM keys WHERE role = r.id)`,
    [id],
  );
  return rowCount === 1;
}
