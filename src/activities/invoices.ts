/** What is asked of one invoice, carried out: run again, it changes nothing more. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { isWaiting } from '../store/invoiceDrafts.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import {
  lockInvoice,
  makeCollectable,
  makeDue,
  noteSent,
  type LockedInvoice,
} from '../store/manualInvoices.ts';
import type { InvoiceRequest } from '../workflows/contract/invoice.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { payInvoice } from './payInvoice.ts';
import { promptNotifications } from './promptNotifications.ts';
import { estimateSums } from './sumInvoices.ts';
import { tellCollections } from './tellCollections.ts';
import { tellOfInvoices } from './tellOfInvoices.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

export function invoiceActivities(deps: Dependencies) {
  return {
    /** Refused with a `BillingError` 409 where the invoice's status forbids it. */
    async operateInvoice(request: InvoiceRequest): Promise<void> {
      const { invoiceId, operation, pay: details } = request;
      await refusing(async () => {
        if (operation === 'pay' && details) {
          await payInvoice(deps, invoiceId, details);
          await tellCollections(deps, [invoiceId]);
          await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
          return;
        }
        const now = await inTransaction(deps.pool, (tx) => begin(tx, deps, request));
        if (operation === 'estimate') return;
        await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
        await promptNotifications(deps);
        await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
      });
    },
  };
}

/** Makes due what is asked for, and returns what time it is for the customer. */
async function begin(
  tx: PoolClient,
  deps: Dependencies,
  { invoiceId: id, operation, operationId }: InvoiceRequest,
): Promise<Instant> {
  const invoice = await lockInvoice(tx, id);
  if (!invoice) throw notFound('invoice', id);
  const now = await currentTime(tx, invoice.test_clock_id);
  switch (operation) {
    case 'estimate':
      await estimateSums(tx, deps.taxes, [id], now);
      break;
    case 'finalize':
      await finalize(tx, invoice, now);
      break;
    case 'pay':
      await pay(tx, invoice, now);
      break;
    case 'send':
      if (invoice.status === 'draft') await finalize(tx, invoice, now);
      else if (invoice.status === 'void') throw forbidden(invoice, 'cannot be sent');
      await noteSent(tx, id, now);
      // Asked for again, it is sent again; the same request run again sends nothing more.
      await tellOfInvoices(tx, [invoice], now, operationId);
      break;
  }
  return now;
}

/** One that is final already has been finalised: by this request, or by itself. */
async function finalize(tx: PoolClient, { id, status }: LockedInvoice, now: Instant): Promise<void> {
  if (status !== 'draft') return;
  if (await isWaiting(tx, id)) {
    throw new BillingError(
      409,
      'invoice_waits',
      'The invoice gives back what is on a draft, or waits for other renewals of its instant. Finalise that draft first.',
    );
  }
  await makeDue(tx, id, now);
}

/** As it was asked for before attempts had details: such a request may still be under way. */
async function pay(tx: PoolClient, invoice: LockedInvoice, now: Instant): Promise<void> {
  if (invoice.status === 'paid') return;
  if (invoice.status !== 'open') throw forbidden(invoice, 'cannot be paid; only an open one can');
  // One in flight is asked about again, and nothing else is tried meanwhile.
  if (!invoice.pending) await makeCollectable(tx, invoice.id, now);
}

function forbidden({ id, status }: LockedInvoice, what: string): BillingError {
  return new BillingError(409, `invoice_${status}`, `Invoice ${id} is ${status} and ${what}.`);
}
