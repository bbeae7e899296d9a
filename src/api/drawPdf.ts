/** A document as PDF, in its turn. What draws it is loaded for the first one: few processes of the API draw any. */
import type { BillingDocument } from '../pages/billingDocument.ts';
import { inTurn } from './renderTurns.ts';

/** Throws a `BillingError` 503 where too many wait. */
export function drawPdf(document: BillingDocument): Promise<Buffer> {
  return inTurn(async () => {
    const { renderPdf } = await import('../pages/pdf/renderPdf.ts');
    return renderPdf(document);
  });
}
