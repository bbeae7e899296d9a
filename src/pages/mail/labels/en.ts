/** English. */
import type { MailLabels } from '../labels.ts';

export const en: MailLabels = {
  greeting: 'Hello {name},',
  kinds: {
    invoice_sent: {
      subject: 'Invoice {number} from {seller}',
      lead: 'Here is your invoice {number} for {amount}. Please pay it by {date}.',
    },
    payment_failed: {
      subject: 'Payment of invoice {number} failed',
      lead: 'We tried to collect {amount} for invoice {number}, but the payment did not go through.',
    },
    payment_action_required: {
      subject: 'Confirm your payment of invoice {number}',
      lead: 'Your bank asks you to confirm the payment of {amount} for invoice {number}. Until then it is not paid.',
    },
    payment_overdue: {
      subject: 'Invoice {number} is overdue',
      lead: 'Invoice {number} was due on {date}. {amount} has not been paid yet.',
    },
    final_notice: {
      subject: 'Final notice: invoice {number}',
      lead: 'This is our last reminder: {amount} for invoice {number} was due on {date}. Without a payment your service may be stopped.',
    },
    payment_succeeded: {
      subject: 'Receipt for invoice {number}',
      lead: 'Thank you. We have received your payment for invoice {number}.',
    },
    subscription_ended: {
      subject: 'Your subscription with {seller} has ended',
      lead: 'Invoice {number} was not paid, so your subscription has ended. {amount} is still due.',
    },
    card_expiring: {
      subject: 'Your card expires soon',
      lead: 'Your card {card} expires in {expiry}. Please give us a new one, so that your payments go on.',
    },
    invitation: {
      subject: 'You are invited to {organization}',
      lead: 'You are invited to join {organization} at {seller}. If you did not expect this, you can ignore this email.',
    },
  },
  settled: {
    subject: 'Invoice {number} from {seller}',
    lead: 'Here is your invoice {number}. There is nothing left to pay.',
  },
  retry: 'We will try again on {date}. You can also pay now, with this or another payment method.',
  noRetry: 'We will not try again by ourselves. Please pay with another payment method.',
  attached: 'The invoice is attached as a PDF.',
  pay: 'Pay invoice',
  confirm: 'Confirm payment',
  view: 'View invoice',
  validUntil: 'The link is valid until {date}. Whoever has it can see this invoice and pay it.',
  accept: 'Accept invitation',
  acceptUntil: 'The link is valid until {date} and works once. Do not pass it on.',
  questions: 'Any questions? Just reply to this email.',
  regards: 'Kind regards',
};
