/** What customers are told of their payments, and who is invited to their organization, by mail and as `notification.*` events. */
export const notificationKinds = [
  'invoice_sent',
  'payment_failed',
  'payment_action_required',
  'payment_overdue',
  'final_notice',
  'payment_succeeded',
  'subscription_ended',
  'card_expiring',
  'invitation',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** What a step of dunning may say. */
export const noticeOfStepKinds = [
  'payment_failed',
  'payment_action_required',
  'payment_overdue',
  'final_notice',
] as const satisfies readonly NotificationKind[];
