/** A domain event as a CloudEvent 1.0: the same in the log, and in each delivery of it. */
import type { CustomerId, EventId, SubscriptionId, TestClockId } from './ids.ts';
import { formatInstant, type Instant } from './instant.ts';

export interface LoggedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly object_id: string;
  readonly customer_id: CustomerId | null;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
  /** By the customer's clock. */
  readonly occurred_at: Instant;
  /** By the real one. */
  readonly recorded_at: Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The names of extension attributes are lower case, without any mark: CloudEvents, section 3.1. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: EventId;
  readonly source: string;
  readonly type: string;
  /** The id of what it is about. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly recordedtime: string;
  readonly livemode: boolean;
  readonly testclock?: TestClockId;
  readonly customer?: CustomerId;
  readonly subscription?: SubscriptionId;
  readonly data: Readonly<Record<string, unknown>>;
}

export function toCloudEvent(event: LoggedEvent): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: 'urn:dunlin',
    type: event.type,
    subject: event.object_id,
    time: formatInstant(event.occurred_at),
    datacontenttype: 'application/json',
    recordedtime: formatInstant(event.recorded_at),
    livemode: event.test_clock_id === null,
    ...(event.test_clock_id !== null && { testclock: event.test_clock_id }),
    ...(event.customer_id !== null && { customer: event.customer_id }),
    ...(event.subscription_id !== null && { subscription: event.subscription_id }),
    data: event.data,
  };
}
