/** Accepting an invitation: whoever has the token becomes a member, once. It signs nobody in. */
import type { MembershipId, OrganizationId, UserId } from '../domain/ids.ts';
import { denied } from '../domain/permissions/access.ts';
import { inTransaction } from '../store/database.ts';
import { recordEvents } from '../store/eventLog.ts';
import { newId } from '../store/newId.ts';
import { markAccepted, type InvitationRow } from '../store/organizations/invitations.ts';
import { insertMembership } from '../store/organizations/memberships.ts';
import { lockOrganization } from '../store/organizations/seats.ts';
import { ensureUser, selectUsers, type UserRow } from '../store/organizations/users.ts';
import { readOne } from '../store/reads/page.ts';
import { accessOf } from './access.ts';
import { requireRoleOfPlan } from './assigning.ts';
import { tellDone } from './change.ts';
import { saying } from './conflicts.ts';
import { DeniedError, telling, unauthenticated } from './denial.ts';
import { openInvitationOf } from './invitations.ts';
import { requireSeats } from './seats.ts';
import type { OrganizationDependencies, Request } from './request.ts';

const action = 'invitation.accept';

export interface Acceptance {
  readonly organizationId: OrganizationId;
  readonly membershipId: MembershipId;
  readonly userId: UserId;
}

/**
 * Makes who has the token a member. A user that is signed in must be the one that was invited; for nobody, the user of the
 * invited address is found or made. The plan must still have the role, and a seat where it takes one: members are counted
 * under the lock of the organization, so that of two who accept the last seat one gets it.
 *
 * Throws a `BillingError` 404 for an unknown token, 409 where it was used, withdrawn or has expired, 403 for another user,
 * `limit_reached` and `feature_missing` 403.
 */
export async function acceptInvitation(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly token: string; readonly name?: string | undefined },
): Promise<Acceptance> {
  const { now } = request;
  return telling(deps, request, () =>
    saying(() =>
      inTransaction(deps.pool, async (tx) => {
        const { organization_id: organizationId } = await openInvitationOf(tx, input.token, now);
        await lockOrganization(tx, organizationId);
        const invitation = await openInvitationOf(tx, input.token, now);
        const { role } = invitation;
        const user = await acceptor(tx, request, invitation, input.name ?? '');
        // As the organization itself sees it: what it may still give.
        const [found] = await accessOf(deps, asOrganization, [organizationId], now, tx);
        if (!found) throw new Error('an organization of an open invitation has gone');
        requireRoleOfPlan(found, role, invitation.id, action);
        const membershipId = newId('membership');
        await insertMembership(tx, {
          id: membershipId,
          organizationId,
          userId: user.id,
          role,
          externalId: null,
          created: now,
        });
        await markAccepted(tx, invitation.id, membershipId, now);
        await requireSeats(tx, found, invitation.id, action);
        const common = {
          customerId: found.organization.customerId,
          subscriptionId: null,
          occurredAt: found.organization.now,
        };
        await recordEvents(tx, [
          { ...common, type: 'invitation.accepted', objectId: invitation.id, data: { member: membershipId } },
          { ...common, type: 'member.added', objectId: membershipId, data: { user: user.id, role } },
        ]);
        // By whom it was sent stands in the entry of the invitation; it is accepted by who it is for.
        const as = { ...request, actor: { kind: 'user' as const, userId: user.id, keyId: null } };
        await tellDone(tx, as, action, organizationId, {
          resource: invitation.id,
          before: null,
          after: { member: membershipId, user: user.id, role },
        });
        return { organizationId, membershipId, userId: user.id };
      }),
    ),
  );
}

const asOrganization = { kind: 'operator', apiKeyId: newId('api_key'), mayWrite: true } as const;

async function acceptor(
  tx: Parameters<typeof ensureUser>[0],
  { actor, now }: Request,
  { id, organization_id: chain, email }: InvitationRow,
  name: string,
): Promise<UserRow> {
  const user =
    actor.kind === 'user'
      ? await readOne<UserRow>(tx, selectUsers, actor.userId)
      : actor.kind === 'anonymous'
        ? await ensureUser(tx, email, name, now)
        : undefined;
  if (!user || user.deactivated_at !== null) throw unauthenticated();
  if (user.email !== email) {
    throw new DeniedError(
      { action, permission: null, resource: id, decision: denied('not_a_member', []), chain },
      {
        code: 'invitation_for_another',
        message: 'This invitation is for another address. Sign in as its user, or ask for one for yours.',
        param: 'token',
      },
    );
  }
  return user;
}
