/** A notice brought together with what it tells of: a mail that is ready to go, or the reason why there is none to send. */
import type { Instant } from '../domain/instant.ts';
import type { NotificationKind } from '../domain/notification.ts';
import { invoiceDocument } from '../pages/invoiceDocument.ts';
import type { Notice } from '../pages/mail/notice.ts';
import { renderMail } from '../pages/mail/renderMail.ts';
import { plainLine } from '../pages/plainText.ts';
import type { Mail, MailAttachment } from '../ports/mail/mailer.ts';
import { readBusinessProfile } from '../store/businessProfile.ts';
import { findNoticedCard, type PendingNotification } from '../store/notificationSending.ts';
import { payLinkExpiry, signPayLink } from '../store/payLinks.ts';
import { readInvoiceFacts } from '../store/reads/documentFacts.ts';
import { selectInvoices, type InvoiceRow } from '../store/reads/invoices.ts';
import { readOne } from '../store/reads/page.ts';
import { invitedBy } from './invitationMail.ts';
import type { Dependencies } from './dependencies.ts';

/** `wait`: what it tells of has begun, and is not there yet. */
export type MailOrReason = { readonly mail: Mail } | { readonly skip: string } | { readonly wait: string };

/** Of these there is nothing to tell any more once the invoice is not open. */
const asksForPayment: ReadonlySet<NotificationKind> = new Set([
  'payment_failed',
  'payment_action_required',
  'payment_overdue',
  'final_notice',
  'subscription_ended',
]);
/** Where neither a sender nor the seller's address is configured: nobody can answer, and no server would take it. */
const noAddress = 'billing@dunlin.invalid';

export async function mailOf(deps: Dependencies, pending: PendingNotification): Promise<MailOrReason> {
  const { customer } = pending;
  const { channels } = pending.data;
  if (Array.isArray(channels) && !channels.includes('email')) return { skip: 'not_by_mail' };
  if (customer.deleted) return { skip: 'customer_deleted' };
  const invited = pending.kind === 'invitation' ? await invitedBy(deps, pending) : undefined;
  if (invited && 'skip' in invited) return invited;
  const address = invited ? invited.to : customer.email;
  if (address === null) return { skip: 'no_email' };
  if (customer.undeliverable && address === customer.email) return { skip: 'email_undeliverable' };
  const name = invited ? address : customer.name;
  const invoice =
    pending.invoice_id === null
      ? undefined
      : await readOne<InvoiceRow>(deps.pool, selectInvoices, pending.invoice_id);
  if (invoice?.status === 'draft') return { wait: 'invoice_draft' };
  const moot = invoice && mootness(pending.kind, invoice);
  if (moot !== undefined) return { skip: moot };

  const seller = await readBusinessProfile(deps.pool);
  const sender = deps.mail.sender ?? seller.email ?? noAddress;
  const attachments = pending.kind === 'invoice_sent' && invoice ? [await pdfOf(deps, invoice)] : [];
  const rendered = renderMail({
    kind: pending.kind,
    test: pending.test_clock_id !== null,
    locale: customer.locale,
    timezone: customer.timezone,
    seller: seller.name,
    customer: name,
    answerable: seller.email !== null,
    invoice: invoice ? noticed(invoice) : null,
    card: await cardOf(deps, pending),
    retryAt: invoice?.next_attempt_at ?? null,
    payLink: invoice ? await payLinkOf(deps, pending, invoice) : null,
    invitation: invited?.invitation ?? null,
    hasAttachment: attachments.length > 0,
  });
  const from = { name: plainLine(seller.name), address: sender };
  return {
    mail: {
      messageId: `${pending.id}@${sender.slice(sender.lastIndexOf('@') + 1)}`,
      livemode: pending.test_clock_id === null,
      from,
      replyTo: seller.email === null || seller.email === sender ? null : { ...from, address: seller.email },
      to: { name: plainLine(name), address },
      ...rendered,
      attachments,
    },
  };
}

function mootness(kind: NotificationKind, { status }: InvoiceRow): string | undefined {
  if (status === 'void' || (asksForPayment.has(kind) && status === 'paid')) return `invoice_${status}`;
  return undefined;
}

function noticed(invoice: InvoiceRow): Notice['invoice'] {
  return {
    number: invoice.number ?? invoice.id,
    currency: invoice.currency,
    amountRemaining: invoice.amount_due - invoice.amount_paid - invoice.amount_credited,
    amountPaid: invoice.amount_paid,
    dueAt: invoice.due_at,
  };
}

async function cardOf({ pool }: Dependencies, pending: PendingNotification): Promise<Notice['card']> {
  if (pending.kind !== 'card_expiring' || pending.payment_method_id === null) return null;
  const card = await findNoticedCard(pool, pending.payment_method_id);
  return card && { brand: card.brand, last4: card.last4, expMonth: card.exp_month, expYear: card.exp_year };
}

/** Valid from when the notice was given, so that the same notice always has the same link. */
async function payLinkOf(
  { pool, mail }: Dependencies,
  { created }: { readonly created: Instant },
  { id: invoiceId, due_at: dueAt }: InvoiceRow,
): Promise<Notice['payLink']> {
  const expiresAt = payLinkExpiry(created, dueAt);
  const token = await signPayLink(pool, { invoiceId, expiresAt });
  return { url: `${mail.publicUrl}/pay/${token}`, expiresAt };
}

async function pdfOf({ pool }: Dependencies, invoice: InvoiceRow): Promise<MailAttachment> {
  const document = invoiceDocument(await readInvoiceFacts(pool, invoice));
  const name = (invoice.number ?? invoice.id).replace(/[^\w.-]/g, '-');
  // Loaded for the first one: it brings fonts and their tools with it.
  const { renderPdf } = await import('../pages/pdf/renderPdf.ts');
  return { name: `${name}.pdf`, type: 'application/pdf', content: await renderPdf(document) };
}
