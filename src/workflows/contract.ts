/** What clients say to the workflows: their ids, updates and signals. Payloads hold ids and instants, no personal data. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  CouponId,
  CreditGrantId,
  CreditNoteId,
  CustomerId,
  InvoiceId,
  InvoiceLineId,
  PaymentId,
  PaymentMethodId,
  PlanMigrationId,
  ReconciliationId,
  RefundId,
  SubscriptionId,
  TaxRateId,
  TestClockId,
  WebhookEndpointId,
} from '../domain/ids.ts';
import type { StoredCommitment } from '../catalog/commitment.ts';
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CreditNoteReason } from '../domain/creditNoteRequest.ts';
import type { Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Moment } from '../domain/subscription.ts';
import type { Period } from '../domain/period.ts';
import type { ProrationBehavior } from '../domain/pendingChange.ts';
import type { TermsChangeContent, TermsContent } from '../domain/terms.ts';

export const subscriptionWorkflowId = (id: SubscriptionId) => `subscription/${id}`;
export const collectionWorkflowId = (id: InvoiceId) => `collection/${id}`;
export const testClockWorkflowId = (id: TestClockId) => `test-clock/${id}`;
export const paymentMethodWorkflowId = (id: PaymentMethodId) => `payment-method/${id}`;
export const creditGrantWorkflowId = (id: CreditGrantId) => `credit-grant/${id}`;
export const autoTopUpWorkflowId = (operationId: string) => `auto-top-up/${operationId}`;
export const billingCycleScheduleId = 'billing-cycle';
export const usageRollupScheduleId = 'usage-rollup';
export const dailyCloseScheduleId = 'daily-close';
export const repairScheduleId = 'repair';
export const eventRelayScheduleId = 'event-relay';
export const notificationsScheduleId = 'notifications';
/** Of the one that is prompted; its Schedule's have their own. */
export const notificationsWorkflowId = 'notifications/prompted';

// The entity: one for each subscription, from signup to end ------------------------------------------------------------

export interface SubscriptionInput {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  /** Set when the workflow goes on as new: the signup was done before. */
  readonly signedUp?: true;
}

export interface SignUp {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly content: TermsContent;
  /** As it is stored; null: none. */
  readonly commitment: StoredCommitment | null;
  readonly billingCycleAnchor: BillingCycleAnchor;
  /** Null: now. */
  readonly startAt: Instant | null;
  /** Null: as the plan says. */
  readonly trialEnd: Instant | 'now' | null;
  readonly cancelAt: Instant | null;
  /** Redeemed with it: it takes from its invoices alone. */
  readonly couponId: CouponId | null;
  /** Null: as its customer has it. */
  readonly collectionMethod: CollectionMethod | null;
  readonly daysUntilDue: number | null;
  /** What it is changed to after so many periods that are billed. */
  readonly phases: readonly { readonly afterPeriods: number; readonly change: TermsChangeContent }[];
}

/** Each request has an operation id, which belongs to its Idempotency-Key: run again, it does nothing. */
export interface ChangeRequest {
  readonly operationId: string;
  /** Null: the terms stay. */
  readonly change: TermsChangeContent | null;
  readonly effective: Moment | null;
  readonly prorationBehavior: ProrationBehavior;
  /** A coupon that it redeems, or `none`: what it has redeemed ends; when it takes effect, as the change. */
  readonly coupon?: CouponId | 'none' | undefined;
  /** Whether what is pending is given up, before anything else. */
  readonly withdrawPending: boolean;
  readonly undoCancellation: boolean;
  readonly undoPause: boolean;
  readonly trialEnd: Instant | 'now' | null;
}

export interface Cancellation {
  readonly operationId: string;
  readonly at: Moment;
  readonly creditUnused: boolean;
}

export interface Pause {
  readonly operationId: string;
  readonly at: Moment;
  readonly creditUnused: boolean;
  readonly resumesAt: Instant | null;
}

export interface Resumption {
  readonly operationId: string;
  readonly at: Instant | 'now';
}

/** Returns when the subscription is active and its first invoice is finalised and, where that was possible, paid. */
export const signUpUpdate = defineUpdate<void, [SignUp]>('signUp');
/** These return when what was asked for is durable, and done where it is due by now. */
export const changeUpdate = defineUpdate<void, [ChangeRequest]>('change');
export const cancelUpdate = defineUpdate<void, [Cancellation]>('cancel');
export const pauseSubscriptionUpdate = defineUpdate<void, [Pause]>('pause');
export const resumeSubscriptionUpdate = defineUpdate<void, [Resumption]>('resume');
/** The type of the failure by which an update is refused while its workflow is about to go on as a new one: ask again. */
export const goesOnAsNew = 'goes_on_as_new';
/** The facts in Postgres have changed: look again. */
export const refreshSignal = defineSignal('refresh');

// Previews: what a change would give, computed by what would bill it and then undone ------------------------------------

export const previewWorkflowId = (operationId: string) => `preview/${operationId}`;

export interface PreviewInput {
  readonly subscriptionId: SubscriptionId;
  readonly request: ChangeRequest;
}

// Collection: one for each invoice that was not paid when it was due -------------------------------------------------

export interface CollectionInput {
  readonly invoiceId: InvoiceId;
  readonly subscriptionId: SubscriptionId | null;
  readonly testClockId: TestClockId | null;
}

/** Asked again, each changes nothing. They return when it is durable. */
export interface AskDunning {
  readonly invoiceId: InvoiceId;
}
export interface PromiseToPay extends AskDunning {
  readonly until: Instant;
}

/** What operators ask, in Temporal's UI or by the API; refused with what to do where it cannot be. */
export const payNowUpdate = defineUpdate<void>('pay_now');
export const pauseDunningUpdate = defineUpdate<void>('pause_dunning');
export const resumeDunningUpdate = defineUpdate<void>('resume_dunning');
/** `until`: an RFC 3339 time. */
export const promiseToPayUpdate = defineUpdate<void, [{ readonly until: string }]>('promise_to_pay');
export const writeOffUpdate = defineUpdate<void>('write_off');

// Invoices: what is asked of one, each a short workflow, so that what has begun is finished -----------------------------

export const invoiceWorkflowId = (id: InvoiceId, operationId: string) => `invoice/${id}/${operationId}`;

/** `estimate`: what coupons and taxes come to so far is shown on the draft. */
export type InvoiceOperation = 'estimate' | 'finalize' | 'pay' | 'send';

export interface InvoiceRequest {
  readonly invoiceId: InvoiceId;
  readonly operation: InvoiceOperation;
  /** Whose request it is: run again, it tells the customer nothing twice. */
  readonly operationId?: string;
  /** Of `pay`. */
  readonly pay?: PayDetails;
}

export interface PayDetails {
  /** The attempt's, where one is made: it derives from the operation. */
  readonly paymentId: PaymentId;
  /** For this attempt alone; null: whatever the customer pays with. */
  readonly paymentMethodId: PaymentMethodId | null;
  readonly source: 'api' | 'pay_page';
  /** Whether its method becomes the default once it has paid; kept with the attempt. */
  readonly makeDefault?: boolean;
  /** By the database's clock: an attempt that was made since is the one that is asked for. */
  readonly askedAt: Instant;
}

/** A draft that somebody would make; its texts are those of its lines. */
export interface InvoicePreview {
  readonly customerId: CustomerId;
  readonly currency: string;
  readonly items: readonly PreviewedItem[];
  readonly includesWaiting: boolean;
}

export interface PreviewedItem {
  readonly description: string;
  /** In minor units, or decimals of a quantity and a unit amount. */
  readonly amount: string | null;
  readonly quantity: string | null;
  readonly unitAmount: string | null;
  readonly period: Period | null;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly taxRates: readonly TaxRateId[] | null;
}

export const offlinePaymentWorkflowId = (id: PaymentId) => `offline-payment/${id}`;

/** Money that came by itself, for an invoice. */
export interface RecordOfflinePayment {
  /** Derives from the operation: run again, it records nothing twice. */
  readonly paymentId: PaymentId;
  readonly invoiceId: InvoiceId;
  /** In minor units, as text: payloads know no bigint. */
  readonly amount: string;
  /** What the transfer says, or a cheque's number; no personal data. */
  readonly reference: string;
  /** Null: now. */
  readonly receivedAt: Instant | null;
  readonly metadata: Readonly<Record<string, string>>;
}

// The pay page: what a customer asks for there ------------------------------------------------------------------------------

export const payPageWorkflowId = (id: InvoiceId) => `pay-page/${id}`;
export const payPageLookUpWorkflowId = (id: InvoiceId) => `pay-page-look-up/${id}`;

export interface LookUpFromPage {
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  /** The attempt of the page. */
  readonly paymentId: PaymentId;
}

export interface PayFromPage extends LookUpFromPage {
  readonly pay: PayDetails;
  /** Given on the page: a provider's token, never a card number. */
  readonly newMethod: { readonly paymentMethodId: PaymentMethodId; readonly token: string } | null;
}

// Test clocks ----------------------------------------------------------------------------------------------------------

export interface TestClockInput {
  readonly testClockId: TestClockId;
}

/** Returns at once, when the clock is `advancing`. */
export const advanceUpdate = defineUpdate<void, [Instant]>('advance');
/** Said to a workflow that waits on a test clock; returns when all that was due for it by then is done. */
export const clockReachedUpdate = defineUpdate<void, [Instant]>('clockReached');

// Migrations to a version of a plan -------------------------------------------------------------------------------------

export const planMigrationWorkflowId = (id: PlanMigrationId) => `plan-migration/${id}`;

export interface PlanMigrationInput {
  readonly migrationId: PlanMigrationId;
  readonly paused: boolean;
}

/** Return when the migration stands still, or goes on. */
export const pauseUpdate = defineUpdate('pause');
export const resumeUpdate = defineUpdate('resume');

// Payment methods: short workflows, so that the provider's answer is never lost ------------------------------------------

export interface AttachPaymentMethod {
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
  /** The provider's token; never a card number. */
  readonly token: string;
  /**
   * Adds it and changes nothing else: it is no default, though the customer has none, and no invoice is tried. It is on trial:
   * where its first payment fails, it is detached.
   */
  readonly keepsDefault?: boolean;
}

export interface ChoosePaymentMethod {
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
}

export interface SetBackup extends ChoosePaymentMethod {
  /** Its place in the order, the lowest first; null: it is no backup. */
  readonly priority: number | null;
}

// Credit: short workflows, so that what is bought is also billed ----------------------------------------------------------

export interface GrantCredit {
  /** Derives from the operation: run again, it grants nothing twice. */
  readonly creditGrantId: CreditGrantId;
  readonly customerId: CustomerId;
  /** In minor units, as text: payloads know no bigint. */
  readonly amount: string;
  /** Null: the customer's. */
  readonly currency: string | null;
  readonly name: string | null;
  readonly priority: number;
  /** Null: now. */
  readonly effectiveAt: Instant | null;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  readonly appliesTo: LineScope;
  readonly paid: boolean;
}

export interface VoidCreditGrant {
  readonly operationId: string;
  readonly creditGrantId: CreditGrantId;
}

export interface SetAutoTopUp {
  readonly operationId: string;
  readonly customerId: CustomerId;
  /** Amounts in minor units. */
  readonly autoTopUp: {
    readonly threshold: number;
    readonly amount: number;
    readonly expires_after_days: number | null;
    readonly priority: number;
  } | null;
}

// Invoices that end without a payment, credit notes and refunds: short workflows as well -------------------------------

export const endInvoiceWorkflowId = (operationId: string) => `invoice-end/${operationId}`;
export const creditNoteWorkflowId = (id: CreditNoteId) => `credit-note/${id}`;
export const refundWorkflowId = (id: RefundId) => `refund/${id}`;

export interface EndInvoice {
  readonly operationId: string;
  readonly invoiceId: InvoiceId;
}

/** Amounts are text: payloads know no bigint. */
export type AskedCreditNote =
  | {
      readonly kind: 'lines';
      /** Null: all that is left of every line. */
      readonly lines: readonly { readonly invoiceLine: InvoiceLineId; readonly amount: string }[] | null;
      readonly refund: string;
      readonly credit: string | null;
    }
  | { readonly kind: 'payment'; readonly payment: PaymentId; readonly amount: string | null };

export interface IssueCreditNote {
  readonly creditNoteId: CreditNoteId;
  readonly invoiceId: InvoiceId;
  readonly asked: AskedCreditNote;
  readonly reason: CreditNoteReason;
  /** What stands on the document. */
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RefundInput {
  readonly refundId: RefundId;
}

export const settleRefundWorkflowId = (operationId: string) => `settle-refund/${operationId}`;

export interface SettleRefund {
  readonly refundId: RefundId;
  /** The provider's name of the refund that was made there by hand; null: it has failed, and its amount is balance. */
  readonly reference: string | null;
}

// What providers tell, and what they have on record -----------------------------------------------------------------------

export const providerEventsWorkflowId = 'provider-events';
export const providerEventsScheduleId = 'provider-events-sweep';
export const reconciliationScheduleId = 'reconciliation';
export const reconciliationWorkflowId = (id: ReconciliationId) => `reconciliation/${id}`;
export const scheduleIds = [
  billingCycleScheduleId,
  usageRollupScheduleId,
  dailyCloseScheduleId,
  eventRelayScheduleId,
  notificationsScheduleId,
  providerEventsScheduleId,
  reconciliationScheduleId,
  repairScheduleId,
] as const;
/** A webhook was recorded. */
export const providerEventSignal = defineSignal('providerEvent');

export interface ReconciliationInput {
  /** Of one that was asked for; null: every provider, each by an id of its own. */
  readonly asked: { readonly id: ReconciliationId; readonly provider: ProviderName } | null;
  /** Null: from a little before the end of the last one, until now. */
  readonly from: Instant | null;
  readonly to: Instant | null;
}

// Webhooks: one for each endpoint for which something waits ---------------------------------------------------------------

export const webhookDeliveryWorkflowId = (id: WebhookEndpointId) => `webhook-delivery/${id}`;

export interface WebhookDeliveryInput {
  readonly endpointId: WebhookEndpointId;
}

// Repair: brings Temporal back in line with the facts in Postgres --------------------------------------------------------

export interface RepairInput {
  /** Workflows that started later are left alone: a signup's workflow is there before its row. */
  readonly youngMs?: number;
  /** What is due for longer is done at once. */
  readonly overdueMs?: number;
  /** Tries to start a workflow for every row, whatever Temporal lists: its listing may outlive what it lists. */
  readonly thorough?: boolean;
  /** Set when the workflow goes on as new: what is done by then, and where to go on. */
  readonly progress?: RepairProgress;
}

export interface RepairProgress {
  readonly step: number;
  readonly from: string | null;
  readonly report: RepairReport;
}

export type RepairAction = 'started' | 'ended' | 'nudged' | 'setAside';

export interface RepairAct {
  readonly action: RepairAction;
  /** A workflow's or a Schedule's id, or that of what was overdue. */
  readonly subject: string;
  readonly why: string;
}

export interface RepairReport {
  readonly counts: Readonly<Record<RepairAction, number>>;
  /** The first thousand; `counts` has them all. */
  readonly acts: readonly RepairAct[];
}

/** The names that workflows are registered and started under. */
export const workflowTypes = {
  subscription: 'subscription',
  invoiceOperation: 'invoiceOperation',
  recordOfflinePayment: 'recordOfflinePayment',
  previewInvoice: 'previewInvoice',
  previewChange: 'previewChange',
  collection: 'collection',
  billingCycle: 'billingCycle',
  usageRollup: 'usageRollup',
  dailyClose: 'dailyClose',
  repair: 'repair',
  planMigration: 'planMigration',
  testClock: 'testClock',
  deleteTestClock: 'deleteTestClock',
  attachPaymentMethod: 'attachPaymentMethod',
  setDefaultPaymentMethod: 'setDefaultPaymentMethod',
  detachPaymentMethod: 'detachPaymentMethod',
  setBackupPaymentMethod: 'setBackupPaymentMethod',
  grantCredit: 'grantCredit',
  voidCreditGrant: 'voidCreditGrant',
  setAutoTopUp: 'setAutoTopUp',
  voidInvoice: 'voidInvoice',
  markUncollectible: 'markUncollectible',
  issueCreditNote: 'issueCreditNote',
  refund: 'refund',
  settleRefund: 'settleRefund',
  providerEvents: 'providerEvents',
  reconciliation: 'reconciliation',
  eventRelay: 'eventRelay',
  webhookDelivery: 'webhookDelivery',
  sendNotifications: 'sendNotifications',
  payFromPage: 'payFromPage',
  lookUpFromPage: 'lookUpFromPage',
} as const;
