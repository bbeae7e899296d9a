/** Organizations, each of one billing customer. */
import type { CustomerId, OrganizationId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface OrganizationRow {
  readonly id: OrganizationId;
  readonly customer_id: CustomerId;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: Instant;
}

/** Organizations that are not deleted. */
export const selectOrganizations = `
  SELECT t.* FROM (SELECT id, customer_id, name, metadata, created FROM organizations WHERE deleted_at IS NULL) t`;

export interface NewOrganization {
  readonly id: OrganizationId;
  readonly customerId: CustomerId;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: Instant;
}

export async function insertOrganization(db: Queryable, row: NewOrganization): Promise<void> {
  await db.query(
    `INSERT INTO organizations (id, customer_id, name, metadata, created) VALUES ($1, $2, $3, $4, $5)`,
    [row.id, row.customerId, row.name, JSON.stringify(row.metadata), formatInstant(row.created)],
  );
}

export interface OrganizationChange {
  readonly name?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export async function updateOrganization(
  db: Queryable,
  id: OrganizationId,
  change: OrganizationChange,
): Promise<void> {
  const fields = givenColumns(change, new Set(['metadata']));
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE organizations SET ${assignments.join(', ')} WHERE id = $1 AND deleted_at IS NULL`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Deletes an organization and revokes its keys; its customer and its books stay. False while a subscription lives. */
export async function deleteOrganization(db: Queryable, id: OrganizationId, at: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE organizations o SET deleted_at = $2
      WHERE o.id = $1 AND o.deleted_at IS NULL
        AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.customer_id = o.customer_id AND s.status <> 'canceled')`,
    [id, formatInstant(at)],
  );
  if (rowCount !== 1) return false;
  await db.query(`UPDATE keys SET revoked_at = $2 WHERE organization_id = $1 AND revoked_at IS NULL`, [
    id,
    formatInstant(at),
  ]);
  return true;
}
