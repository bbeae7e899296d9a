/** Who takes a seat, and the lock under which seats, graphs and variants are counted. */
import type { OrganizationId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

/** One change of an organization at a time: what it counts stays so until it has ended. */
export async function lockOrganization(db: Queryable, id: OrganizationId): Promise<void> {
  await db.query(`SELECT FROM organizations WHERE id = $1 FOR NO KEY UPDATE`, [id]);
}

export async function countSeats(db: Queryable, id: OrganizationId): Promise<number> {
  const { rows } = await db.query<{ seats: number }>(
    `SELECT count(*)::int AS seats FROM billable_members WHERE organization_id = $1`,
    [id],
  );
  return rows[0]?.seats ?? 0;
}
