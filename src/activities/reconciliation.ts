/**
 * Reconciliation: the provider's records of a period are read page by page and compared with ours. What is safe is mended
 * by the same functions that a webhook uses, what is not is told, nothing is guessed (semantics.md, section 8).
 */
import type { ReconciliationId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Comparison } from '../domain/reconciliation.ts';
import type { ProviderCharge, ProviderPeriod, ProviderRefund } from '../ports/payment/provider.ts';
import { inTransaction } from '../store/database.ts';
import { newId } from '../store/newId.ts';
import { findInFlight } from '../store/providerRecords.ts';
import {
  addMended,
  beginReconciliation,
  completeReconciliation,
  findDiffering,
  findOpenDisputes,
  findUnseen,
  saveFindings,
  stageRecords,
  type NewFinding,
  type Reconciliation,
  type StagedRecord,
} from '../store/reconciliations.ts';
import { nameOf } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { applyCharge, applyDispute, applyRefund } from './providerRecords.ts';
import { lookUpAttempts } from './lookUpAttempts.ts';

/** Compared in one activity; a provider's page is as large as it likes. */
const pageSize = 100;

export interface ReconciliationPage {
  /** Where to go on; null: that was all of it. */
  readonly next: string | null;
  readonly seen: number;
}

export function reconciliationActivities(deps: Dependencies) {
  return {
    /** One for each provider. */
    nameReconciliations(): Promise<{ readonly id: ReconciliationId; readonly provider: ProviderName }[]> {
      return Promise.resolve(
        deps.payments.all.map(({ name: provider }) => ({ id: newId('reconciliation'), provider })),
      );
    },

    /** Where it was begun before, that one. */
    beginReconciliation: (
      id: ReconciliationId,
      provider: ProviderName,
      from: Instant | null,
      to: Instant | null,
    ): Promise<Reconciliation> => beginReconciliation(deps.pool, id, provider, from, to),

    /** Keeps a page of what the provider has; disputes are brought home at once. */
    async stageProviderRecords(
      reconciliation: Reconciliation,
      kind: 'charge' | 'refund' | 'dispute',
      cursor: string | null,
    ): Promise<ReconciliationPage> {
      const { id, provider: name, period_start: from, period_end: to } = reconciliation;
      const provider = deps.payments.named(name);
      const period: ProviderPeriod = { from, to, cursor };
      if (kind === 'dispute') {
        const page = await provider.listDisputes(period);
        const compared: Comparison[] = [];
        for (const dispute of page.rows) compared.push(await applyDispute(deps, name, dispute));
        await addMended(deps.pool, id, compared.filter((each) => each.kind === 'settle').length);
        return { next: page.cursor, seen: page.rows.length };
      }
      const page =
        kind === 'charge' ? await provider.listCharges(period) : await provider.listRefunds(period);
      const records = page.rows.map((row) => ('paymentId' in row ? stagedCharge(row) : stagedRefund(row)));
      await stageRecords(deps.pool, id, records);
      return { next: page.cursor, seen: records.length };
    },

    /** Of a page of what differs: mends what is safe, tells the rest. */
    async settleDifferences(
      reconciliation: Reconciliation,
      kind: 'charge' | 'refund',
      after: string | null,
    ): Promise<ReconciliationPage> {
      const { id, provider } = reconciliation;
      const differing = await findDiffering(deps.pool, id, kind, after ?? '', pageSize);
      let mended = 0;
      const findings: NewFinding[] = [];
      for (const { record } of differing) {
        const { comparison, finding } =
          kind === 'charge'
            ? await applyCharge(deps, provider, chargeOf(record as StoredCharge))
            : await applyRefund(deps, provider, refundOf(record as StoredRefund));
        if (comparison.kind === 'settle') mended += 1;
        if (finding) findings.push(finding);
      }
      await inTransaction(deps.pool, async (tx) => {
        await saveFindings(tx, provider, id, findings);
        await addMended(tx, id, mended);
      });
      return { next: nextAfter(differing), seen: differing.length };
    },

    /** Attempts that have no end yet are looked up, whenever they were made: a bank may take days. */
    async settleInFlight(reconciliation: Reconciliation, after: string | null): Promise<ReconciliationPage> {
      const { id, provider } = reconciliation;
      const waiting = await findInFlight(deps.pool, provider, after ?? '', pageSize);
      await addMended(deps.pool, id, await lookUpAttempts(deps, provider, waiting));
      return {
        next: waiting.length < pageSize ? null : (waiting.at(-1)?.id ?? null),
        seen: waiting.length,
      };
    },

    /** Disputes that have no end yet are asked for by name: banks take months. */
    async settleDisputes(reconciliation: Reconciliation, after: string | null): Promise<ReconciliationPage> {
      const { id, provider } = reconciliation;
      const references = await findOpenDisputes(deps.pool, provider, after ?? '', pageSize);
      let mended = 0;
      for (const reference of references) {
        const dispute = await deps.payments.named(provider).findDispute(reference);
        if (dispute && (await applyDispute(deps, provider, dispute)).kind === 'settle') mended += 1;
      }
      await addMended(deps.pool, id, mended);
      return {
        next: references.length < pageSize ? null : (references.at(-1) ?? null),
        seen: references.length,
      };
    },

    /** Payments of ours that the provider's lists did not have are asked for by name before anything is told. */
    async tellUnseen(reconciliation: Reconciliation, after: string | null): Promise<ReconciliationPage> {
      const unseen = await findUnseen(deps.pool, reconciliation, after ?? '', pageSize);
      const outcomes = await deps.payments.named(reconciliation.provider).lookUp(unseen.map(nameOf));
      const findings = unseen.flatMap((payment, index): NewFinding[] => {
        const outcome = outcomes[index];
        if (outcome?.status === 'succeeded' || outcome?.status === 'unknown') return [];
        return [
          {
            kind: outcome ? 'not_captured' : 'missing_at_provider',
            reference: payment.provider_reference ?? payment.id,
            paymentId: payment.id,
            refundId: null,
            expected: { status: 'succeeded', amount: payment.amount, currency: payment.currency },
            actual: { status: outcome?.status ?? null },
          },
        ];
      });
      await saveFindings(deps.pool, reconciliation.provider, reconciliation.id, findings);
      return { next: unseen.length < pageSize ? null : (unseen.at(-1)?.id ?? null), seen: unseen.length };
    },

    async completeReconciliation(reconciliation: Reconciliation): Promise<void> {
      await inTransaction(deps.pool, (tx) => completeReconciliation(tx, reconciliation));
    },
  };
}

function nextAfter(rows: readonly { readonly reference: string }[]): string | null {
  return rows.length < pageSize ? null : (rows.at(-1)?.reference ?? null);
}

type StoredCharge = Omit<ProviderCharge, 'amountCaptured'> & { readonly amountCaptured: string };
type StoredRefund = Omit<ProviderRefund, 'amount'> & { readonly amount: string };

function stagedCharge(charge: ProviderCharge): StagedRecord {
  const record: StoredCharge = { ...charge, amountCaptured: String(charge.amountCaptured) };
  return {
    kind: 'charge',
    reference: charge.reference,
    ourId: charge.paymentId,
    status: charge.outcome.status,
    amount: record.amountCaptured,
    currency: charge.currency,
    record,
  };
}

function stagedRefund(refund: ProviderRefund): StagedRecord {
  const record: StoredRefund = { ...refund, amount: String(refund.amount) };
  return {
    kind: 'refund',
    reference: refund.reference,
    ourId: refund.refundId,
    status: refund.outcome.status,
    amount: record.amount,
    currency: refund.currency,
    record,
  };
}

function chargeOf(record: StoredCharge): ProviderCharge {
  return { ...record, amountCaptured: BigInt(record.amountCaptured) as Amount };
}

function refundOf(record: StoredRefund): ProviderRefund {
  return { ...record, amount: BigInt(record.amount) as Amount };
}
