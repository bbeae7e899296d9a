/** Users, as others see them: oneself, and those with whom one is in an organization and whose membership one may see. */
import type { MembershipId, UserId } from '../domain/ids.ts';
import { readByIds } from '../store/organizations/keyset.ts';
import { findMembershipsOf, selectUsers, type UserRow } from '../store/organizations/users.ts';
import { findMembers } from './members.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

/** The users that the actor may see, in order; undefined for the others. */
export async function findUsers(
  deps: OrganizationDependencies,
  { actor, now }: { readonly actor: Actor; readonly now: Request['now'] },
  ids: readonly UserId[],
): Promise<readonly (UserRow | undefined)[]> {
  const rows = await readByIds<UserRow>(deps.pool, selectUsers, ids);
  const seen = new Set<UserId>(actor.kind === 'operator' ? ids : []);
  if (actor.kind === 'user') seen.add(actor.userId);
  const others = ids.filter((id) => !seen.has(id));
  if (others.length > 0) {
    const memberships: readonly MembershipId[] = await findMembershipsOf(deps.pool, others);
    for (const member of await findMembers(deps, { actor, now }, memberships)) {
      if (member) seen.add(member.user_id);
    }
  }
  return ids.map((id) => (seen.has(id) ? rows.get(id) : undefined));
}
