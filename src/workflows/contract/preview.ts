/** Previews: what a change would give, computed by what would bill it and then undone. */
import type { SubscriptionId } from '../../domain/ids.ts';
import type { ChangeRequest } from './subscription.ts';

export const previewWorkflowId = (operationId: string) => `preview/${operationId}`;

export interface PreviewInput {
  readonly subscriptionId: SubscriptionId;
  readonly request: ChangeRequest;
}
