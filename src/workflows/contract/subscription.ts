/** What clients say to the entity: one workflow for each subscription, from signup to end. */
import { defineUpdate } from '@temporalio/workflow';
import type { CouponId, CustomerId, SubscriptionId, TestClockId } from '../../domain/ids.ts';
import type { StoredCommitment } from '../../catalog/commitment.ts';
import type { BillingCycleAnchor } from '../../domain/calendar.ts';
import type { CollectionMethod } from '../../domain/dueDate.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Moment } from '../../domain/subscription.ts';
import type { ProrationBehavior } from '../../domain/pendingChange.ts';
import type { TermsChangeContent, TermsContent } from '../../domain/terms.ts';

export const subscriptionWorkflowId = (id: SubscriptionId) => `subscription/${id}`;

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
