/** Invitations: given for a role, accepted once by who has the token, within a week. */
import { BillingError } from '../domain/errors.ts';
import type { InvitationId, OrganizationId } from '../domain/ids.ts';
import { addMilliseconds } from '../domain/instant.ts';
import type { RoleName } from '../domain/permissions/access.ts';
import { seatlessRoles } from '../domain/permissions/role.ts';
import type { Queryable } from '../store/database.ts';
import { newId } from '../store/newId.ts';
import {
  findInvitationOf,
  insertInvitation,
  renewInvitation,
  selectInvitations,
  withdrawExpired,
  withdrawInvitation as withdrawInvitationRow,
  type InvitationRow,
} from '../store/organizations/invitations.ts';
import { signInvitation } from '../store/organizations/invitationTokens.ts';
import { insertNotifications } from '../store/notifications.ts';
import { requireRole, requireRoleOfPlan } from './assigning.ts';
import type { Found } from './access.ts';
import { change, type Changed } from './change.ts';
import { findAllowed } from './findAllowed.ts';
import { normalEmail } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/** How long a token may be used. */
export const invitationLifeMs = 7 * 24 * 60 * 60 * 1000;

/** `token` is mailed to who is invited, and told once to whoever invites; null where the change is told again. */
type Invited = Changed<{ invitationId: InvitationId }> & { readonly token: string | null };

/**
 * Invites an address for a role, by a mail with a link. One that takes a seat needs room beside all members and all that are invited. Who may not
 * assign roles may invite Consumers alone, so that nobody comes to more by inviting itself. Throws 409 for a member and for
 * an address that is invited already.
 */
export async function invite(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly organizationId: OrganizationId; readonly email: string; readonly role: RoleName },
): Promise<Invited> {
  const email = normalEmail(input.email);
  const { organizationId, role } = input;
  let token: string | null = null;
  const asked = {
    action: 'invitation.create',
    of: organizationId,
    permission: 'member:invite',
    adding: seatlessRoles.has(role) ? 0 : 1,
    input: { email, role },
  } as const;
  const made = await change(deps, request, asked, async ({ tx, found, also }) => {
    requireRole(found, role);
    if (role !== 'consumer') also('role:assign');
    requireRoleOfPlan(found, role, organizationId, asked.action);
    await refuseMember(tx, organizationId, email);
    await withdrawExpired(tx, organizationId, email, request.now);
    const invitationId = newId('invitation');
    const expiresAt = addMilliseconds(request.now, invitationLifeMs);
    await insertInvitation(tx, {
      id: invitationId,
      organizationId,
      email,
      role,
      invitedBy: request.actor.kind === 'user' ? request.actor.userId : null,
      created: request.now,
      expiresAt,
    });
    token = await mailed(tx, found, invitationId, 1);
    return {
      result: { invitationId },
      audit: { resource: invitationId, before: null, after: { email, role } },
      events: [{ type: 'invitation.created', objectId: invitationId, data: { role } }],
    };
  });
  return { ...made, token: made.replayed ? null : token };
}

/** Has the mail sent: it is worded from these ids when it goes, and what it says with them is stored nowhere. */
async function mailed(
  tx: Queryable,
  { organization: { customerId, now } }: Found,
  invitationId: InvitationId,
  sends: number,
): Promise<string> {
  await insertNotifications(tx, [
    {
      key: `invitation/${invitationId}/${String(sends)}`,
      kind: 'invitation',
      customerId,
      invoiceId: null,
      paymentMethodId: null,
      data: { invitation: invitationId, sends },
      createdAt: now,
    },
  ]);
  return signInvitation(tx, { invitationId, sends });
}

async function refuseMember(tx: Queryable, organizationId: OrganizationId, email: string): Promise<void> {
  const { rowCount } = await tx.query(
    `SELECT FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.email = $2`,
    [organizationId, email],
  );
  if (rowCount === 0) return;
  throw new BillingError(
    409,
    'already_member',
    'That address is a member already. Change its role instead.',
    'email',
  );
}

/** Gives it another token and another week; the old token is worth nothing. One that had expired needs room again. */
export async function resendInvitation(
  deps: OrganizationDependencies,
  request: Request,
  invitationId: InvitationId,
): Promise<Invited> {
  let token: string | null = null;
  const asked = {
    action: 'invitation.resend',
    of: invitationId,
    permission: 'member:invite',
    adding: 0,
    input: {},
  } as const;
  const made = await change(deps, request, asked, async ({ tx, found, also }) => {
    const row = await rowOf<InvitationRow>(tx, selectInvitations, invitationId);
    requireOpen(row);
    if (row.role !== 'consumer') also('role:assign');
    if (row.expires_at <= request.now && !seatlessRoles.has(row.role)) also('member:invite');
    const expiresAt = addMilliseconds(request.now, invitationLifeMs);
    await renewInvitation(tx, invitationId, expiresAt);
    token = await mailed(tx, found, invitationId, row.sends + 1);
    return {
      result: { invitationId },
      audit: {
        resource: invitationId,
        before: { expires_at: new Date(row.expires_at).toISOString() },
        after: { expires_at: new Date(expiresAt).toISOString() },
      },
      events: [{ type: 'invitation.created', objectId: invitationId, data: { role: row.role, again: true } }],
    };
  });
  return { ...made, token: made.replayed ? null : token };
}

export async function withdrawInvitation(
  deps: OrganizationDependencies,
  request: Request,
  invitationId: InvitationId,
): Promise<Changed<{ invitationId: InvitationId }>> {
  const asked = {
    action: 'invitation.withdraw',
    of: invitationId,
    permission: 'member:remove',
    input: {},
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const row = await rowOf<InvitationRow>(tx, selectInvitations, invitationId);
    if (row.withdrawn_at !== null) return { result: { invitationId } };
    requireOpen(row);
    await withdrawInvitationRow(tx, invitationId, request.now);
    return {
      result: { invitationId },
      audit: { resource: invitationId, before: { email: row.email, role: row.role }, after: null },
      events: [{ type: 'invitation.withdrawn', objectId: invitationId, data: {} }],
    };
  });
}

function requireOpen(row: InvitationRow): void {
  if (row.accepted_at === null && row.withdrawn_at === null) return;
  throw new BillingError(
    409,
    row.accepted_at === null ? 'invitation_withdrawn' : 'invitation_accepted',
    row.accepted_at === null
      ? 'This invitation was withdrawn. Ask for another one.'
      : 'This invitation was accepted already.',
  );
}

/** The invitations, open or not, that the actor may see, in order; undefined for the others. */
export function findInvitations(
  deps: OrganizationDependencies,
  asking: Pick<Request, 'actor' | 'now'>,
  ids: readonly InvitationId[],
): Promise<readonly (InvitationRow | undefined)[]> {
  return findAllowed<InvitationRow>(deps, asking, selectInvitations, ids, () => 'member:read');
}

/** The invitation of a token. Throws a `BillingError` 404 for an unknown one, 409 for one that is used, withdrawn or expired. */
export async function openInvitationOf(
  db: Queryable,
  token: string,
  now: Request['now'],
): Promise<InvitationRow> {
  const row = await findInvitationOf(db, token);
  if (!row) {
    throw new BillingError(
      404,
      'invitation_unknown',
      'There is no such invitation. Check that the link is whole, or ask for another one.',
      'token',
    );
  }
  requireOpen(row);
  if (row.expires_at <= now) {
    throw new BillingError(
      409,
      'invitation_expired',
      'This invitation has expired. Ask for another one.',
      'token',
    );
  }
  return row;
}
