/** Payment methods: what the provider keeps and what we know of it, brought together. */
import type { PoolClient } from 'pg';
import { notFound } from '../domain/errors.ts';
import { inTransaction } from '../store/database.ts';
import { lockEndedRounds, saveBackupPriority } from '../store/backupMethods.ts';
import { collectAgain, collectAtOnce } from '../store/dueAgain.ts';
import {
  chooseDefaultPaymentMethod,
  fillDefault,
  findPaymentMethodReference,
  insertPaymentMethod,
  markDetached,
} from '../store/paymentMethodChanges.ts';
import { askAnew, findWaitingWith } from '../store/waitingPayments.ts';
import { lockCustomer } from '../store/customerLock.ts';
import type { CustomerId, InvoiceId, PaymentMethodId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type {
  AttachPaymentMethod,
  ChoosePaymentMethod,
  SetBackup,
} from '../workflows/contract/paymentMethod.ts';
import type { Dependencies } from './dependencies.ts';
import { providerCustomer } from './providerCustomer.ts';
import { continueRounds } from './backupRound.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { noPaymentMethod } from './openAttempts.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

export function paymentMethodActivities(deps: Dependencies) {
  return {
    /**
     * Attaches a method at the provider and adds it; the customer's first becomes the default, unless the request keeps that.
     * Returns the invoices that are tried now.
     */
    async attachPaymentMethod(request: AttachPaymentMethod): Promise<InvoiceId[]> {
      return refusing(async () => {
        const { customerId, paymentMethodId, token, keepsDefault = false } = request;
        const { provider, reference: customerReference } = await providerCustomer(deps, customerId);
        const attached = await provider.attach({ paymentMethodId, customerId, customerReference, token });
        const { isDefault, now } = await inTransaction(deps.pool, async (tx) => {
          const customer = await lockCustomer(tx, request.customerId);
          if (!customer) throw notFound('customer', request.customerId);
          const at = await currentTime(tx, customer.test_clock_id);
          await insertPaymentMethod(tx, {
            id: request.paymentMethodId,
            customerId: request.customerId,
            provider: provider.name,
            providerReference: attached.reference,
            type: attached.type,
            card: attached.card,
            onTrial: keepsDefault,
            createdAt: at,
          });
          if (keepsDefault) return { isDefault: false, now: at };
          return { isDefault: await fillDefault(tx, customerId, paymentMethodId), now: at };
        });
        return isDefault ? collectAtOnce(deps.pool, request.customerId, now) : [];
      });
    },

    /** Makes a method the customer's default. Returns the invoices that are tried now. */
    async setDefaultPaymentMethod({
      customerId,
      paymentMethodId,
    }: ChoosePaymentMethod): Promise<InvoiceId[]> {
      return refusing(async () => {
        const testClockId = await chooseDefaultPaymentMethod(deps.pool, customerId, paymentMethodId);
        if (testClockId === undefined) throw notFound('payment method', paymentMethodId);
        // After the choice is committed: an attempt that fails meanwhile sees it, or is seen here.
        return collectAtOnce(deps.pool, customerId, await currentTime(deps.pool, testClockId));
      });
    },

    /**
     * Makes a method a backup, or none. Where an invoice waits because all that was there has failed, it is tried now.
     * Returns the invoices that are.
     */
    async setBackupPaymentMethod(request: SetBackup): Promise<InvoiceId[]> {
      return refusing(async () => {
        const now = await inTransaction(deps.pool, (tx) => saveBackup(tx, request));
        if (request.priority === null) return [];
        // After it is committed, as above.
        return inTransaction(deps.pool, (tx) => goOnWithBackups(tx, request.customerId, now));
      });
    },

    /**
     * Detaches a method here, then at the provider; a default that goes leaves none. An attempt with it that waits for the
     * customer is ended: nothing is taken any more from what is removed. One that is under way keeps its outcome, which the
     * provider decides; no other one is made with it.
     */
    async detachPaymentMethod({ customerId, paymentMethodId }: ChoosePaymentMethod): Promise<void> {
      await refusing(async () => {
        const method = await findPaymentMethodReference(deps.pool, customerId, paymentMethodId);
        if (method === undefined) throw notFound('payment method', paymentMethodId);
        await inTransaction(deps.pool, (tx) => markDetached(tx, customerId, paymentMethodId));
        await endAttemptsWith(deps, paymentMethodId);
        await deps.payments.named(method.provider).detach(method.reference);
      });
    },
  };
}

async function saveBackup(tx: PoolClient, request: SetBackup): Promise<Instant> {
  const { customerId, paymentMethodId, priority } = request;
  const customer = await lockCustomer(tx, customerId);
  if (!customer || !(await saveBackupPriority(tx, customerId, paymentMethodId, priority))) {
    throw notFound('payment method', paymentMethodId);
  }
  return currentTime(tx, customer.test_clock_id);
}

async function goOnWithBackups(tx: PoolClient, customerId: CustomerId, now: Instant): Promise<InvoiceId[]> {
  const ended = await lockEndedRounds(tx, customerId, now);
  const rounds = ended.filter(({ round_id: roundId, is_held: isHeld }) => roundId !== null && !isHeld);
  const goOn = await continueRounds(
    tx,
    rounds.map(({ id, round_id: roundId }) => ({ ...noPaymentMethod(id), roundId })),
    now,
  );
  const others = ended.filter((each) => !rounds.includes(each)).map(({ id }) => id);
  const again = await collectAgain(tx, others, now);
  return [...again, ...[...goOn].filter(([, round]) => round.goesOn).map(([id]) => id)];
}

async function endAttemptsWith(deps: Dependencies, paymentMethodId: PaymentMethodId): Promise<void> {
  for (const { invoiceId, testClockId } of await findWaitingWith(deps.pool, paymentMethodId)) {
    const now = await currentTime(deps.pool, testClockId);
    await endWaitingAttempt(deps, invoiceId, now);
    await askAnew(deps.pool, invoiceId, now);
  }
}
