/** An invitation as it is when its mail goes: who is invited and by what link, or why there is nothing to send any more. */
import type { Notice } from '../pages/mail/notice.ts';
import type { PendingNotification } from '../store/notificationSending.ts';
import { selectInvitations, type InvitationRow } from '../store/organizations/invitations.ts';
import { signInvitation } from '../store/organizations/invitationTokens.ts';
import { selectOrganizations, type OrganizationRow } from '../store/organizations/organizations.ts';
import { readOne } from '../store/reads/page.ts';
import type { Dependencies } from './dependencies.ts';

type Invited =
  { readonly to: string; readonly invitation: NonNullable<Notice['invitation']> } | { readonly skip: string };

export async function invitedBy(
  { pool, mail }: Dependencies,
  { data }: Pick<PendingNotification, 'data'>,
): Promise<Invited> {
  const row = await readOne<InvitationRow>(pool, selectInvitations, String(data['invitation']));
  const organization =
    row && (await readOne<OrganizationRow>(pool, selectOrganizations, row.organization_id));
  if (!row || !organization) return { skip: 'organization_deleted' };
  if (row.accepted_at !== null) return { skip: 'invitation_accepted' };
  if (row.withdrawn_at !== null) return { skip: 'invitation_withdrawn' };
  if (row.sends !== data['sends']) return { skip: 'invitation_sent_again' };
  if (row.expires_at <= Date.now()) return { skip: 'invitation_expired' };
  const token = await signInvitation(pool, { invitationId: row.id, sends: row.sends });
  return {
    to: row.email,
    invitation: {
      organization: organization.name,
      url: `${mail.publicUrl}/auth/invitation?token=${token}`,
      expiresAt: row.expires_at,
    },
  };
}
