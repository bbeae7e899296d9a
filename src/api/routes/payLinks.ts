/** /v1/invoices/{id}/pay_link: an address on which the customer can pay an invoice. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { payLinkExpiry, signPayLink } from '../../store/payLinks.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { readOne } from '../../store/reads/page.ts';
import { selectTestClocks, type TestClockRow } from '../../store/testClocks.ts';
import { nowOf } from '../customerClock.ts';
import { time, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const payLink = z.object({
  object: z.literal('pay_link'),
  invoice: z.string(),
  /** Whoever has it can see the invoice and pay it. */
  url: z.string(),
  expires_at: time,
});

export function addPayLinkRoutes(to: Registrar): void {
  const { pool, site } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/invoices/{id}/pay_link',
    summary: 'Make a link on which the customer can pay a final invoice, for 30 days or longer.',
    scope: 'write',
    params: z.object({ id: z.string() }),
    answer: payLink,
    async handle({ params: { id } }) {
      const invoice = await findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id);
      if (invoice.status === 'draft') {
        throw new BillingError(409, 'invoice_draft', `Invoice ${id} is a draft. Finalise it first.`);
      }
      const clock =
        invoice.test_clock_id === null
          ? undefined
          : await readOne<TestClockRow>(pool, selectTestClocks, invoice.test_clock_id);
      const expiresAt = payLinkExpiry(nowOf(clock), invoice.due_at);
      const token = await signPayLink(pool, { invoiceId: invoice.id, expiresAt });
      return {
        object: 'pay_link' as const,
        invoice: invoice.id,
        url: `${site.publicUrl}/pay/${token}`,
        expires_at: toTime(expiresAt),
      };
    },
  });
}
