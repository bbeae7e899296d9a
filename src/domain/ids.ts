/** Ids: prefixed and time-sortable (a UUIDv7 in base32); branded, so that one kind is never taken for another. */

declare const kind: unique symbol;
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type ApiKeyId = Id<'api_key'>;
export type TestClockId = Id<'test_clock'>;
export type CustomerId = Id<'customer'>;
export type PaymentMethodId = Id<'payment_method'>;
export type MeterId = Id<'meter'>;
export type PlanId = Id<'plan'>;
export type PlanMigrationId = Id<'plan_migration'>;
export type PriceId = Id<'price'>;
export type SubscriptionId = Id<'subscription'>;
export type SubscriptionChangeId = Id<'subscription_change'>;
export type InvoiceId = Id<'invoice'>;
export type InvoiceLineId = Id<'invoice_line'>;
export type InvoiceItemId = Id<'invoice_item'>;
export type PaymentId = Id<'payment'>;
export type RefundId = Id<'refund'>;
export type CreditNoteId = Id<'credit_note'>;
export type CreditGrantId = Id<'credit_grant'>;
export type CouponId = Id<'coupon'>;
export type DiscountId = Id<'discount'>;
export type TaxRateId = Id<'tax_rate'>;
export type NotificationId = Id<'notification'>;
export type DisputeId = Id<'dispute'>;
export type ReconciliationId = Id<'reconciliation'>;
export type EventId = Id<'event'>;
export type WebhookEndpointId = Id<'webhook_endpoint'>;
export type WebhookDeliveryId = Id<'webhook_delivery'>;
export type DunningCampaignId = Id<'dunning_campaign'>;
export type OrganizationId = Id<'organization'>;
export type UserId = Id<'user'>;
export type MembershipId = Id<'membership'>;
export type GroupId = Id<'group'>;
export type InvitationId = Id<'invitation'>;
export type CustomRoleId = Id<'custom_role'>;
export type GraphId = Id<'graph'>;
export type VariantId = Id<'variant'>;
export type KeyId = Id<'key'>;
export type SessionId = Id<'session'>;
export type IdentityProviderId = Id<'identity_provider'>;
export type FeatureId = Id<'feature'>;
export type EntitlementOverrideId = Id<'entitlement_override'>;
export type AuditEntryId = Id<'audit_entry'>;

/** The prefix of each resource's ids (api.md, Conventions). */
export const idPrefixes = {
  api_key: 'key',
  test_clock: 'clock',
  customer: 'cus',
  payment_method: 'pm',
  meter: 'mtr',
  plan: 'plan',
  plan_migration: 'mig',
  price: 'price',
  subscription: 'sub',
  subscription_change: 'chg',
  invoice: 'in',
  invoice_line: 'il',
  invoice_item: 'ii',
  payment: 'pay',
  refund: 're',
  credit_note: 'cn',
  credit_note_line: 'cnl',
  credit_grant: 'cg',
  coupon: 'cpn',
  discount: 'di',
  tax_rate: 'txr',
  ledger_transaction: 'ltx',
  notification: 'ntf',
  dispute: 'dp',
  reconciliation: 'rec',
  reconciliation_finding: 'rf',
  event: 'evt',
  webhook_endpoint: 'we',
  webhook_delivery: 'whd',
  dunning_campaign: 'dun',
  organization: 'org',
  user: 'usr',
  membership: 'mem',
  group: 'grp',
  invitation: 'inv',
  custom_role: 'role',
  graph: 'gph',
  variant: 'var',
  // Of an organization's own, as against the API keys of this installation.
  key: 'okey',
  session: 'ses',
  identity_provider: 'idp',
  feature: 'feat',
  entitlement_override: 'eo',
  audit_entry: 'aud',
} as const;

export type Resource = keyof typeof idPrefixes;

/** Whether `text` has the form of an id of that resource; says nothing of its existence. */
export function isId<R extends Resource>(resource: R, text: string): text is Id<R> {
  return new RegExp(`^${idPrefixes[resource]}_[0-9a-hjkmnp-tv-z]{26}$`).test(text);
}
