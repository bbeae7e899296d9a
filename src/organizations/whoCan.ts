/** Who may do something to a resource: every member of its organization decided by the same rules, and told with the reason. */
import type { MembershipId, UserId } from '../domain/ids.ts';
import type { Decision, Resource } from '../domain/permissions/access.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import { whoCan as decideMany } from '../domain/permissions/whoCan.ts';
import { readMemberFacts } from '../store/organizations/membersFacts.ts';
import { subjectOf } from './access.ts';
import { factsFor, known, organizationOf, requireAccess } from './decide.ts';
import type { OrganizationDependencies, Request } from './request.ts';

export interface WhoCan {
  readonly id: MembershipId;
  readonly userId: UserId;
  readonly decision: Decision;
}

/** Members that are decided in one go. */
const pageSize = 200;

/**
 * Members that may, in the order in which they joined: `first` of them after a membership. For who sees members. Throws as
 * `requireAccess`, and a `BillingError` 400 where the permission is of a wider kind than the resource.
 */
export async function whoCan(
  deps: OrganizationDependencies,
  request: Request,
  permission: Permission,
  id: string,
  { first, after }: { readonly first: number; readonly after?: string | undefined },
): Promise<{ readonly rows: readonly WhoCan[]; readonly hasNextPage: boolean }> {
  const organizationId = await organizationOf(deps, request, 'member:read', 'member:read', id);
  await requireAccess(deps, request, 'member:read', organizationId);
  const there = await factsFor(deps, request, permission, id);
  const { access, resource } = known(there, permission, permission, id);
  const able: WhoCan[] = [];
  let cursor = after;
  for (;;) {
    const members = await readMemberFacts(deps.pool, organizationId, graphOf(resource), {
      after: cursor,
      limit: pageSize,
    });
    const memberOf = new Map(
      members.map((member) => [
        subjectOf({ kind: 'user', userId: member.user_id, keyId: null }, member, organizationId),
        member,
      ]),
    );
    // Who may, whatever room the plan has at the moment.
    for (const { subject, decision } of decideMany(permission, resource, memberOf.keys(), access, 0)) {
      const member = memberOf.get(subject);
      if (member) able.push({ id: member.id, userId: member.user_id, decision });
    }
    cursor = members.at(-1)?.id;
    if (members.length < pageSize || able.length > first) break;
  }
  return { rows: able.slice(0, first), hasNextPage: able.length > first };
}

function graphOf(resource: Resource) {
  return resource.kind === 'organization' ? null : resource.graphId;
}
