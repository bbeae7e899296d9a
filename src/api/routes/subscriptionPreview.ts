/** /v1/subscriptions/{id}/preview: what a change would be billed as, by what would bill it. */
import { z } from 'zod';
import { refuseEnded } from '../../domain/subscriptionChange.ts';
import type { ChangePreview } from '../../store/reads/invoices.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { previewWorkflowId, type PreviewInput } from '../../workflows/contract/preview.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { refuseWhileAdvancing } from '../customerClock.ts';
import { findOne } from '../find.ts';
import { invoiceSchema } from '../invoiceResource.ts';
import { toPreviewed } from '../previewedInvoice.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';
import { changeFields, readChangeRequest } from '../subscriptionChange.ts';

export function addSubscriptionPreviewRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/preview',
    summary:
      'The invoice that a change would give and the next one after it, computed by what would bill them. Nothing is changed.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    body: z.strictObject(changeFields),
    answer: z.object({
      object: z.literal('subscription_preview'),
      subscription: z.string(),
      invoice: invoiceSchema.nullable(),
      next_invoice: invoiceSchema.nullable(),
    }),
    async handle({ params: { id }, body, operationId }) {
      const row = await findOne<SubscriptionRow>(pool, selectSubscriptions, 'subscription', id);
      refuseWhileAdvancing(row);
      refuseEnded(row.status);
      const input: PreviewInput = {
        subscriptionId: row.id,
        request: await readChangeRequest(pool, row, body, operationId),
      };
      const preview = await runWorkflow<PreviewInput, ChangePreview>(
        to,
        workflowTypes.previewChange,
        previewWorkflowId(operationId),
        input,
      );
      return {
        object: 'subscription_preview' as const,
        subscription: row.id,
        invoice: preview.invoice && toPreviewed(preview.invoice),
        next_invoice: preview.next && toPreviewed(preview.next),
      };
    },
  });
}
