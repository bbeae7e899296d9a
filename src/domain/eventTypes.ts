/** The catalog of domain events: what the log may tell, and what a webhook endpoint may ask for. */

/** In the order of their subjects. Types are added, and never renamed: clients know them by name. */
export const eventTypes = [
  'customer.created',
  /** `changed` names the fields, without what they were or are. */
  'customer.updated',
  'customer.deleted',
  'payment_method.attached',
  'payment_method.detached',
  'subscription.created',
  'subscription.started',
  'subscription.renewed',
  'subscription.changed',
  'subscription.change_failed',
  'subscription.paused',
  'subscription.resumed',
  'subscription.ended',
  /** More or fewer members of its organization take a seat, and it is billed by that: now, or from its next period on. */
  'subscription.seats_changed',
  'subscription.change_requested',
  'subscription.cancel_requested',
  'subscription.pause_requested',
  'subscription.resume_requested',
  'trial.started',
  'trial.will_end',
  'trial.ended',
  /** 50, 80 or 100% of what a metered feature includes, once for a period. */
  'entitlement.threshold_reached',
  'invoice.threshold_reached',
  'invoice.finalized',
  'invoice.payment_failed',
  'invoice.paid',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'payment.succeeded',
  'payment.failed',
  'payment.requires_action',
  'payment.canceled',
  'dispute.opened',
  'dispute.won',
  'dispute.lost',
  'refund.succeeded',
  'refund.failed',
  'credit_note.issued',
  'credit_grant.created',
  /** It may be spent: at once, or when it has been paid for. */
  'credit_grant.granted',
  'credit_grant.expired',
  'credit_grant.voided',
  'notification.invoice_sent',
  'notification.payment_failed',
  'notification.payment_action_required',
  'notification.payment_overdue',
  'notification.final_notice',
  'notification.payment_succeeded',
  'notification.subscription_ended',
  'notification.card_expiring',
  'notification.invitation',
  /** Its mail was refused for good, or could not be delivered for days. */
  'notification.bounced',
  'notification.failed',
  /** Not by a request: nothing had been delivered for days, or the receiver said that it is gone. */
  'webhook_endpoint.disabled',
  'organization.created',
  'organization.updated',
  'organization.deleted',
  /** By an invitation or by provisioning, or active again. */
  'member.added',
  'member.role_changed',
  /** It has left, was removed, or was deactivated by provisioning. */
  'member.removed',
  'invitation.created',
  'invitation.accepted',
  'invitation.withdrawn',
] as const;

export type EventType = (typeof eventTypes)[number];

/** What an endpoint asks for: a type, all types of a subject such as `invoice.*`, or `*` for all there are and will be. */
export function isEventPattern(text: string): boolean {
  return text === '*' || eventTypes.some((type) => type === text || `${subjectOf(type)}.*` === text);
}

function subjectOf(type: EventType): string {
  return type.slice(0, type.indexOf('.'));
}
