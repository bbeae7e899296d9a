/**
 * Tokens of invitations: the invitation and how often it was sent, signed with a kept key. So a token is stored nowhere, its
 * mail can be worded again, and one that was sent before the last is worth nothing (docs/adr/0008-mail-and-pay-links.md).
 */
import { isId, type InvitationId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';
import { isSignedBy, sign } from '../signingKeys.ts';

export interface InvitationToken {
  readonly invitationId: InvitationId;
  /** Which of its sendings it came with, from 1. */
  readonly sends: number;
}

/** `di_`, so that people and scanners know what it is. */
export async function signInvitation(
  db: Queryable,
  { invitationId, sends }: InvitationToken,
): Promise<string> {
  const content = `${invitationId}.${sends.toString(36)}`;
  return `di_${content}.${await sign(db, 'invitation', content)}`;
}

const form = /^di_((inv_[0-9a-z]{26})\.([1-9a-z][0-9a-z]{0,5}))\.([\w-]{43})$/;

/** What a token names; undefined where it was not made by us. */
export async function readInvitationToken(
  db: Queryable,
  token: string,
): Promise<InvitationToken | undefined> {
  const [, content = '', invitationId = '', sends = '', given = ''] = form.exec(token) ?? [];
  if (!isId('invitation', invitationId)) return undefined;
  if (!(await isSignedBy(db, 'invitation', content, given))) return undefined;
  return { invitationId, sends: parseInt(sends, 36) };
}
