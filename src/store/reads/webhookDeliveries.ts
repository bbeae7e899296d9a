/** Deliveries as clients see them. */
import type { WebhookDeliveryId, WebhookEndpointId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export interface WebhookDeliveryRow {
  readonly id: WebhookDeliveryId;
  readonly endpoint_id: WebhookEndpointId;
  readonly event_id: string;
  readonly event_type: string;
  readonly object_id: string;
  readonly test_clock_id: string | null;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly attempt_count: number;
  readonly next_attempt_at: Instant | null;
  readonly last_attempt_at: Instant | null;
  readonly response_status: number | null;
  readonly response_body: string | null;
  readonly error: string | null;
  /** The earlier delivery of the same object that is to be made, or given up, before. */
  readonly waits_for: WebhookDeliveryId | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

/** Of endpoints that are not deleted. */
export const selectWebhookDeliveries = `
  SELECT t.*,
         CASE WHEN t.status = 'pending' AND t.settled_at IS NULL THEN
           (SELECT b.id FROM webhook_deliveries b
             WHERE b.endpoint_id = t.endpoint_id AND b.object_id = t.object_id AND b.settled_at IS NULL
               AND b.sequence < t.sequence ORDER BY b.sequence LIMIT 1) END AS waits_for
    FROM (SELECT d.*, e.id AS event_id, e.type AS event_type, e.test_clock_id
            FROM webhook_deliveries d
            JOIN event_log e ON e.sequence = d.sequence
            JOIN webhook_endpoints w ON w.id = d.endpoint_id AND w.deleted_at IS NULL) t`;
