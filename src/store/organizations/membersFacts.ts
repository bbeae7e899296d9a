/** What all members of an organization hold, page by page: for who may do something there. */
import type { GraphId, GroupId, MembershipId, OrganizationId, UserId, VariantId } from '../../domain/ids.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Queryable } from '../database.ts';

export interface MemberFacts {
  readonly id: MembershipId;
  readonly user_id: UserId;
  readonly membership_id: MembershipId;
  readonly role: RoleName;
  readonly groups: readonly { readonly id: GroupId; readonly role: RoleName | null }[];
  readonly resource_roles: readonly {
    readonly on: GraphId | VariantId;
    readonly effect: 'grant' | 'limit';
    readonly role: RoleName;
    readonly membership_id: MembershipId | null;
    readonly group_id: GroupId | null;
  }[];
}

/** Members that are active, and what was set for them on one graph and its variants, in order. */
export async function readMemberFacts(
  db: Queryable,
  organizationId: OrganizationId,
  graphId: GraphId | null,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly MemberFacts[]> {
  const { rows } = await db.query<MemberFacts>(
    `SELECT m.id, m.user_id, m.id AS membership_id, m.role,
            (SELECT coalesce(json_agg(json_build_object('id', g.id, 'role', g.role) ORDER BY g.id), '[]')
               FROM group_members gm JOIN groups g ON g.id = gm.group_id WHERE gm.membership_id = m.id) AS groups,
            (SELECT coalesce(json_agg(json_build_object(
                      'on', coalesce(rr.variant_id, rr.graph_id), 'effect', rr.effect, 'role', rr.role,
                      'membership_id', rr.membership_id, 'group_id', rr.group_id)
                      ORDER BY rr.variant_id NULLS FIRST, rr.group_id NULLS FIRST), '[]')
               FROM resource_roles rr
              WHERE rr.graph_id = $2
                AND (rr.membership_id = m.id
                  OR rr.group_id IN (SELECT gm.group_id FROM group_members gm WHERE gm.membership_id = m.id))
            ) AS resource_roles
       FROM memberships m JOIN users u ON u.id = m.user_id
      WHERE m.organization_id = $1 AND m.deactivated_at IS NULL AND u.deactivated_at IS NULL
        AND ($3::text IS NULL OR m.id > $3)
      ORDER BY m.id LIMIT $4`,
    [organizationId, graphId, after ?? null, limit],
  );
  return rows;
}
