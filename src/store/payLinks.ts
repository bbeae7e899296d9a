/**
 * Pay links: an invoice and an end of validity, signed with a key that was made once and stays in the database. The
 * token tells nothing else, and nobody without the key can make one (docs/adr/0008-mail-and-pay-links.md).
 */
import { isId, type InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { isSignedBy, sign } from './signingKeys.ts';

const purpose = 'pay_link';
const dayMs = 86_400_000;
const validDays = 30;

export interface PayLink {
  readonly invoiceId: InvoiceId;
  readonly expiresAt: Instant;
}

/** Thirty days after it is given, or after the invoice is due where that is later: to the second. */
export function payLinkExpiry(givenAt: Instant, dueAt: Instant | null): Instant {
  const from = Math.max(givenAt, dueAt ?? givenAt);
  return (Math.ceil(from / 1000) * 1000 + validDays * dayMs) as Instant;
}

/** The same link always has the same token, so that a mail sent again is the same mail. */
export async function signPayLink(db: Queryable, { invoiceId, expiresAt }: PayLink): Promise<string> {
  const content = `${invoiceId}.${(expiresAt / 1000).toString(36)}`;
  return `${content}.${await sign(db, purpose, content)}`;
}

const form = /^((in_[0-9a-z]{26})\.([0-9a-z]{1,9}))\.([\w-]{43})$/;

/** What a token names, whether its time is over or not; undefined where it was not made by us. */
export async function readPayLink(db: Queryable, token: string): Promise<PayLink | undefined> {
  const [, content = '', invoiceId = '', expiry = '', given = ''] = form.exec(token) ?? [];
  if (!isId('invoice', invoiceId)) return undefined;
  if (!(await isSignedBy(db, purpose, content, given))) return undefined;
  return { invoiceId, expiresAt: (parseInt(expiry, 36) * 1000) as Instant };
}
