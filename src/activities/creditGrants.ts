/** Credit that is granted, bought and voided, each in one transaction; run again, nothing happens twice. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import { grantCurrency, refuseTimes } from '../domain/grantTerms.ts';
import { formatInstant } from '../domain/instant.ts';
import { creditGranted } from '../domain/ledger.ts';
import { amountOfText } from '../domain/money.ts';
import { fixCurrency, lockCustomer } from '../store/customerLock.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import {
  findPurchase,
  insertGrants,
  lockGrant,
  type EndingGrant,
  type NewGrant,
  type PurchaseInvoice,
} from '../store/grantChanges.ts';
import { postTransactions } from '../store/ledger.ts';
import { newId } from '../store/newId.ts';
import { setAside } from '../store/setAsides.ts';
import { awaitCreditUse, findPendingTopUps, saveAutoTopUp } from '../store/topUps.ts';
import type { GrantCredit, SetAutoTopUp, VoidCreditGrant } from '../workflows/contract/credit.ts';
import { billAllDue } from './billDue.ts';
import { buyCredit, buyTopUps } from './buyCredit.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { forfeitCredit } from './forfeitCredit.ts';
import { currentTime } from './now.ts';

export function creditGrantActivities(deps: Dependencies) {
  return {
    /** Grants credit, or has it bought. Returns the invoices that are to be paid for it. */
    async grantCredit(request: GrantCredit): Promise<PurchaseInvoice[]> {
      return refusing(() => inTransaction(deps.pool, (tx) => grantCredit(tx, request)));
    },

    /** Takes away what is left of a grant. Returns the invoices of what was bought because of that. */
    async voidCreditGrant(request: VoidCreditGrant): Promise<PurchaseInvoice[]> {
      return refusing(() => inTransaction(deps.pool, (tx) => voidGrant(tx, request)));
    },

    /** Sets when a customer buys credit by itself. Returns the invoices of what was bought because of that. */
    async setAutoTopUp(request: SetAutoTopUp): Promise<PurchaseInvoice[]> {
      return refusing(() => inTransaction(deps.pool, (tx) => setAutoTopUp(tx, request)));
    },

    /**
     * Finalises the invoice of a purchase and tries its payment. Where that cannot be done, it is set aside with its
     * reason: the purchase stands, and what is due is found by whoever looks for it.
     */
    async billPurchase({ invoiceId, testClockId }: PurchaseInvoice): Promise<void> {
      const now = await currentTime(deps.pool, testClockId);
      try {
        await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        deps.logger.error({ invoice: invoiceId, error }, 'set aside');
        const reason = error instanceof Error ? error.message : String(error);
        await setAside(deps.pool, invoiceId, 'purchase', reason);
      }
    },
  };
}

async function grantCredit(tx: PoolClient, request: GrantCredit): Promise<PurchaseInvoice[]> {
  const customer = await lockCustomer(tx, request.customerId);
  if (!customer) throw notFound('customer', request.customerId, 'customer');
  const there = await findPurchase(tx, request.creditGrantId);
  if (there) return purchaseOf(there);
  const now = await currentTime(tx, customer.test_clock_id);
  const grant: NewGrant = {
    id: request.creditGrantId,
    customerId: request.customerId,
    testClockId: customer.test_clock_id,
    name: request.name,
    currency: grantCurrency(customer.currency, request.currency),
    amount: amountOfText(request.amount),
    paid: request.paid,
    topUp: false,
    priority: request.priority,
    appliesTo: request.appliesTo,
    effectiveAt: request.effectiveAt ?? now,
    expiresAt: request.expiresAt,
  };
  refuseTimes(grant, now);
  await fixCurrency(tx, grant.customerId, grant.currency);
  if (grant.paid) {
    await buyCredit(tx, [grant], now);
    return purchaseOf(await findPurchase(tx, grant.id));
  }
  await insertGrants(tx, [{ grant, invoiceId: null }], now);
  await postTransactions(tx, [
    {
      book: grant.testClockId ?? 'live',
      currency: grant.currency,
      kind: 'credit_granted',
      sourceId: grant.id,
      invoiceId: null,
      effectiveAt: now,
      customerId: grant.customerId,
      postings: creditGranted(grant.amount),
    },
  ]);
  return [];
}

function purchaseOf(found: Awaited<ReturnType<typeof findPurchase>>): PurchaseInvoice[] {
  if (!found?.invoiceId) return [];
  return [{ invoiceId: found.invoiceId, testClockId: found.testClockId }];
}

async function voidGrant(tx: PoolClient, request: VoidCreditGrant): Promise<PurchaseInvoice[]> {
  const { creditGrantId: id, operationId } = request;
  const grant = await lockGrant(tx, id);
  if (!grant) throw notFound('credit grant', id);
  if (grant.voided_by !== operationId) {
    refuseVoid(grant);
    const now = await currentTime(tx, grant.test_clock_id);
    await forfeitCredit(tx, 'voided', [{ grant, at: now, operationId }], now);
  }
  return findPendingTopUps(tx, grant.customer_id);
}

function refuseVoid({ id, status, expires_at: expiresAt }: EndingGrant): void {
  if (status === 'granted') return;
  if (status === 'pending') {
    throw new BillingError(
      409,
      'credit_grant_pending',
      `Credit grant ${id} waits for its payment. Void its invoice instead.`,
    );
  }
  const ended = status === 'expired' && expiresAt !== null ? ` at ${formatInstant(expiresAt)}` : '';
  throw new BillingError(
    409,
    'credit_grant_ended',
    `Credit grant ${id} is ${status}${ended}: nothing is left of it to void.`,
  );
}

async function setAutoTopUp(tx: PoolClient, request: SetAutoTopUp): Promise<PurchaseInvoice[]> {
  const { customerId, operationId, autoTopUp } = request;
  const customer = await saveAutoTopUp(tx, customerId, autoTopUp);
  if (!customer) throw notFound('customer', customerId);
  if (autoTopUp !== null && customer.currency === null) {
    throw new BillingError(
      422,
      'currency_missing',
      'The customer has no currency yet, so no credit can be bought. Give its currency, or its first subscription, before auto_top_up.',
      'auto_top_up',
    );
  }
  const grantId = newId('credit_grant', operationId);
  // What this request has bought may be used up by now: that is for another to notice.
  if (autoTopUp !== null && !(await findPurchase(tx, grantId))) {
    await awaitCreditUse(tx, customerId);
    await buyTopUps(tx, [customerId], await currentTime(tx, customer.test_clock_id), () => grantId);
  }
  return findPendingTopUps(tx, customerId);
}
