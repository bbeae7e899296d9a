/** Members and groups as provisioning lists them: by position, with how many there are. */
import type { GroupId, MembershipId, OrganizationId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

/** A column of the selected table, called `t`, and what it is. Addresses and names are compared in whatever case. */
export type ScimCondition = readonly [column: 'id' | 'email' | 'external_id' | 'name', value: string];

export async function listForScim<Row extends object>(
  db: Queryable,
  select: string,
  organizationId: OrganizationId,
  conditions: readonly ScimCondition[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
  const compared = conditions.map(([column], index) => {
    const given = `$${String(index + 2)}`;
    return column === 'id' || column === 'external_id'
      ? `t.${column} = ${given}`
      : `lower(t.${column}) = lower(${given})`;
  });
  const where = [`t.organization_id = $1`, ...compared].join(' AND ');
  const values = [organizationId, ...conditions.map(([, value]) => value)];
  const { rows: counted } = await db.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM (${select}) t WHERE ${where}`,
    values,
  );
  const { rows } = await db.query<Row>(
    `SELECT t.* FROM (${select}) t WHERE ${where} ORDER BY t.id
      OFFSET $${String(values.length + 1)} LIMIT $${String(values.length + 2)}`,
    [...values, offset, limit],
  );
  return { rows, total: counted[0]?.total ?? 0 };
}

export interface GroupMember {
  readonly group_id: GroupId;
  readonly membership_id: MembershipId;
  readonly email: string;
}

/** Who is in those groups. */
export async function readGroupMembers(
  db: Queryable,
  groupIds: readonly GroupId[],
): Promise<readonly GroupMember[]> {
  const { rows } = await db.query<GroupMember>(
    `SELECT gm.group_id, gm.membership_id, u.email
       FROM group_members gm JOIN memberships m ON m.id = gm.membership_id JOIN users u ON u.id = m.user_id
      WHERE gm.group_id = ANY($1::text[]) ORDER BY gm.membership_id`,
    [groupIds],
  );
  return rows;
}
