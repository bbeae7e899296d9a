/** All that a decision is made of, for one actor and any number of resources, by one statement. */
import type {
  CustomerId,
  CustomRoleId,
  GraphId,
  GroupId,
  MembershipId,
  OrganizationId,
  UserId,
  VariantId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ResourceRole, RoleName } from '../../domain/permissions/access.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import type { Queryable } from '../database.ts';

/** What an id is, or belongs to: a member, a group and so on belong to their organization. */
export interface ResourceFacts {
  readonly id: string;
  readonly organization_id: OrganizationId;
  readonly graph_id: GraphId | null;
  readonly variant_id: VariantId | null;
  readonly is_public: boolean;
  readonly is_protected: boolean;
}

export interface OrganizationFacts {
  readonly id: OrganizationId;
  readonly customer_id: CustomerId;
  /** Where its customer lives on a test clock. */
  readonly frozen_ms: number | null;
  /** Of the user that asks, where it is an active member. */
  readonly membership_id: MembershipId | null;
  readonly role: RoleName | null;
  readonly groups: readonly { readonly id: GroupId; readonly role: RoleName | null }[];
  /** What was set for it, or for a group of its, on the graphs that are asked of and their variants. */
  readonly resource_roles: readonly {
    readonly on: GraphId | VariantId;
    readonly effect: ResourceRole['effect'];
    readonly role: RoleName;
    readonly membership_id: MembershipId | null;
    readonly group_id: GroupId | null;
  }[];
  readonly custom_roles: readonly { readonly id: CustomRoleId; readonly permissions: Permission[] }[];
  /** Members that take a seat. */
  readonly seats: number;
  /** Open invitations that would. */
  readonly invited_seats: number;
  readonly graphs: number;
  readonly variants: number;
}

export interface Facts {
  readonly resources: readonly ResourceFacts[];
  readonly organizations: readonly OrganizationFacts[];
}

/**
 * Reads the facts of those ids that exist: of organizations, graphs, variants, and of what belongs to one of them. Nothing
 * of an organization or a graph that is deleted is found.
 */
export async function readFacts(
  db: Queryable,
  ids: readonly string[],
  userId: UserId | null,
  now: Instant,
  counts: boolean,
): Promise<Facts> {
  const { rows } = await db.query<Facts>({
    name: 'readOrganizationFacts',
    text: factsStatement,
    values: [ids, userId, new Date(now).toISOString(), counts],
  });
  return rows[0] ?? { resources: [], organizations: [] };
}

/**
 * 0 where nobody asks for it, or a user does who is nobody there: how long it takes must not tell how many there are.
 */
const counted = (those: string) =>
  `CASE WHEN $4::boolean AND ($2::text IS NULL OR k.membership_id IS NOT NULL) THEN (SELECT count(*) FROM ${those}) ELSE 0 END`;

const factsStatement = `
  WITH asked AS MATERIALIZED (SELECT DISTINCT id FROM unnest($1::text[]) AS a (id)),
  owned AS (
    SELECT a.id, o.id AS organization_id, NULL AS graph_id, NULL AS variant_id
      FROM asked a JOIN organizations o ON o.id = a.id
    UNION ALL
    SELECT a.id, g.organization_id, g.id, NULL FROM asked a JOIN graphs g ON g.id = a.id
    UNION ALL
    SELECT a.id, v.organization_id, v.graph_id, v.id FROM asked a JOIN variants v ON v.id = a.id
    UNION ALL
    SELECT a.id, m.organization_id, NULL, NULL FROM asked a JOIN memberships m ON m.id = a.id
    UNION ALL
    SELECT a.id, g.organization_id, NULL, NULL FROM asked a JOIN groups g ON g.id = a.id
    UNION ALL
    SELECT a.id, i.organization_id, NULL, NULL FROM asked a JOIN invitations i ON i.id = a.id
    UNION ALL
    SELECT a.id, r.organization_id, NULL, NULL FROM asked a JOIN roles r ON r.id = a.id AND r.organization_id IS NOT NULL
    UNION ALL
    SELECT a.id, k.organization_id, k.graph_id, NULL FROM asked a JOIN keys k ON k.id = a.id AND k.organization_id IS NOT NULL
  ),
  resources AS MATERIALIZED (
    SELECT w.id, w.organization_id, w.graph_id, w.variant_id, coalesce(v.is_public, false) AS is_public,
           coalesce(v.is_protected, false) AS is_protected
      FROM owned w
      JOIN organizations o ON o.id = w.organization_id AND o.deleted_at IS NULL
      LEFT JOIN graphs g ON g.id = w.graph_id
      LEFT JOIN variants v ON v.id = w.variant_id
     WHERE g.deleted_at IS NULL AND v.deleted_at IS NULL
  ),
  known AS MATERIALIZED (
    SELECT o.id, o.customer_id, t.frozen_time, m.id AS membership_id, m.role
      FROM (SELECT DISTINCT organization_id FROM resources) r
      JOIN organizations o ON o.id = r.organization_id
      JOIN customers c ON c.id = o.customer_id
      LEFT JOIN test_clocks t ON t.id = c.test_clock_id
      LEFT JOIN (memberships m JOIN users u ON u.id = m.user_id AND u.deactivated_at IS NULL)
             ON m.organization_id = o.id AND m.user_id = $2 AND m.deactivated_at IS NULL
  ),
  in_groups AS MATERIALIZED (
    SELECT k.id AS organization_id, g.id, g.role
      FROM known k JOIN group_members gm ON gm.membership_id = k.membership_id JOIN groups g ON g.id = gm.group_id
  )
  SELECT (SELECT coalesce(json_agg(r), '[]') FROM resources r) AS resources,
         (SELECT coalesce(json_agg(json_build_object(
            'id', k.id, 'customer_id', k.customer_id,
            'frozen_ms', (extract(epoch FROM k.frozen_time) * 1000)::bigint,
            'membership_id', k.membership_id, 'role', k.role,
            'groups', (SELECT coalesce(json_agg(json_build_object('id', g.id, 'role', g.role) ORDER BY g.id), '[]')
                         FROM in_groups g WHERE g.organization_id = k.id),
            'resource_roles', (
              SELECT coalesce(json_agg(json_build_object(
                       'on', coalesce(rr.variant_id, rr.graph_id), 'effect', rr.effect, 'role', rr.role,
                       'membership_id', rr.membership_id, 'group_id', rr.group_id)
                       ORDER BY rr.graph_id, rr.variant_id NULLS FIRST, rr.group_id NULLS FIRST), '[]')
                FROM resource_roles rr
               WHERE rr.graph_id IN (SELECT graph_id FROM resources WHERE organization_id = k.id)
                 AND (rr.membership_id = k.membership_id
                   OR rr.group_id IN (SELECT g.id FROM in_groups g WHERE g.organization_id = k.id))),
            'custom_roles', (SELECT coalesce(json_agg(json_build_object('id', r.id, 'permissions', r.permissions)), '[]')
                               FROM roles r WHERE r.organization_id = k.id),
            'seats', ${counted('billable_members t WHERE t.organization_id = k.id')},
            'invited_seats', ${counted(`invitations t
                               WHERE t.organization_id = k.id AND t.accepted_at IS NULL AND t.withdrawn_at IS NULL
                                 AND t.expires_at > $3::timestamptz AND t.role NOT IN ('consumer', 'billing_manager')`)},
            'graphs', ${counted('graphs t WHERE t.organization_id = k.id AND t.deleted_at IS NULL')},
            'variants', ${counted('variants t WHERE t.organization_id = k.id AND t.deleted_at IS NULL')})), '[]')
            FROM known k) AS organizations`;
