/** Customers with cards and open invoices, at a provider in memory: what tests of payments begin with. */
import { advanceSubscriptions } from '../../src/activities/advanceSubscriptions.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { runDueStep } from '../../src/activities/dueStep.ts';
import { finalizeInvoices } from '../../src/activities/finalizeInvoices.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import { audit, type Violation } from '../../src/audit/audit.ts';
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { paymentProviders } from '../../src/ports/payment/providers.ts';
import { newId } from '../../src/store/newId.ts';
import type { TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { memoryProvider, type Behaviour, type MemoryProvider } from './memoryProvider.ts';
import { aStoredSubscription } from './storedSubscription.ts';

export const live = { kind: 'live', shard: 0, shards: 1 } as const;
export const insufficientFunds: Behaviour = { declines: 'insufficient_funds' };
export const lostCard: Behaviour = { declines: 'lost_card' };
export const dayMs = 86_400_000;
export const now = () => Date.now() as Instant;

export interface PaymentRow {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly payment_method_id: PaymentMethodId | null;
  readonly status: string;
  readonly source: string;
  readonly amount: bigint;
  readonly failure_code: string | null;
}

export interface OpenInvoice {
  readonly id: InvoiceId;
  readonly status: string;
  readonly attempt_count: number;
  readonly amount_paid: bigint;
  readonly collect_at: Instant | null;
  readonly next_attempt_at: Instant | null;
  readonly last_failure_code: string | null;
}

export class PaymentLife {
  readonly deps: Dependencies;
  readonly provider: MemoryProvider;
  private plan: PlanId | undefined;

  constructor(readonly database: TestDatabase) {
    const deps = dependenciesOn(database.pool);
    this.provider = memoryProvider(deps.payments.named('sandbox'));
    this.deps = { ...deps, payments: paymentProviders(this.provider, this.provider) };
  }

  async select<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.pool.query<Row>(sql, values)).rows;
  }

  async customer(behaviour: Behaviour | null, backups: readonly Behaviour[] = []): Promise<CustomerId> {
    const id = newId('customer');
    await this.select(`INSERT INTO customers (id, name, created) VALUES ($1, 'Ada', now())`, [id]);
    if (behaviour !== null) {
      const method = await this.method(id, behaviour);
      await this.select(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [id, method]);
    }
    for (const [index, backup] of backups.entries()) await this.method(id, backup, index + 1);
    return id;
  }

  async method(
    customerId: CustomerId,
    behaviour: Behaviour,
    backupPriority: number | null = null,
    fingerprint?: string,
  ): Promise<PaymentMethodId> {
    const id = newId('payment_method');
    this.provider.behaviours.set(`ref_${id}`, behaviour);
    await this.select(
      `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, card, backup_priority, created)
       VALUES ($1, $2, 'sandbox', $3, 'card', $4, $5, now())`,
      [id, customerId, `ref_${id}`, JSON.stringify({ fingerprint: fingerprint ?? id }), backupPriority],
    );
    return id;
  }

  /** What a later charge to a method comes to. */
  behave(method: PaymentMethodId, behaviour: Behaviour): void {
    this.provider.behaviours.set(`ref_${method}`, behaviour);
  }

  choose(customerId: CustomerId, paymentMethodId: PaymentMethodId): Promise<InvoiceId[]> {
    return paymentMethodActivities(this.deps).setDefaultPaymentMethod({ customerId, paymentMethodId });
  }

  /** An invoice of 1000 for each customer, open and due to be collected, and nothing of that done. */
  async invoices(...customers: readonly CustomerId[]): Promise<InvoiceId[]> {
    this.plan ??= await this.aPlan();
    const at = now();
    for (const customerId of customers) {
      const startedAt = (at - 1000) as Instant;
      await aStoredSubscription(this.database.pool, { customerId, planId: this.plan, startedAt });
    }
    const { deps } = this;
    await runDueStep(deps, advanceSubscriptions(deps.taxes, []), live, at);
    await runDueStep(deps, finalizeInvoices(deps.taxes), live, at);
    const rows = await this.select<{ id: InvoiceId; customer_id: CustomerId }>(
      `SELECT DISTINCT ON (customer_id) id, customer_id FROM invoices
        WHERE customer_id = ANY($1) ORDER BY customer_id, created DESC, id DESC`,
      [customers],
    );
    return customers.flatMap((customer) => rows.find((row) => row.customer_id === customer)?.id ?? []);
  }

  /** Everything that is due, as if nobody had asked a provider for a minute. */
  async bill(at: () => Instant = now): Promise<void> {
    await this.age(60);
    await billAllDue(this.deps, live, at);
  }

  /** So long ago was everything that is in flight asked about and, where that is said, made. */
  async age(seconds: number, madeHoursAgo = 0): Promise<void> {
    await this.select(
      `UPDATE payments SET asked_at = asked_at - make_interval(secs => $1), ask_after = NULL,
                           attempted_at = attempted_at - make_interval(hours => $2)
        WHERE status IN ('pending', 'requires_action')`,
      [seconds, madeHoursAgo],
    );
  }

  payments(invoice: InvoiceId): Promise<PaymentRow[]> {
    return this.select<PaymentRow>(
      `SELECT id, invoice_id, payment_method_id, status, source, amount, failure_code FROM payments
        WHERE invoice_id = $1 ORDER BY id`,
      [invoice],
    );
  }

  async statuses(invoice: InvoiceId): Promise<string[]> {
    return (await this.payments(invoice)).map(({ status }) => status);
  }

  async invoice(id: InvoiceId): Promise<OpenInvoice> {
    const [row] = await this.select<OpenInvoice>(
      `SELECT id, status, attempt_count, amount_paid, collect_at, next_attempt_at, last_failure_code
         FROM invoices WHERE id = $1`,
      [id],
    );
    if (!row) throw new Error(`no invoice ${id}`);
    return row;
  }

  /** What is wrong with the money: captured = recorded = ledger, and at most one success of an attempt for an invoice. */
  async wrongs(): Promise<unknown[]> {
    const [sums] = await this.select<{ recorded: bigint; cash: bigint }>(
      `SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM payments WHERE status = 'succeeded' AND provider <> 'offline') AS recorded,
              (SELECT coalesce(sum(CASE debit_account WHEN 'cash' THEN amount ELSE -amount END), 0)::bigint
                 FROM ledger_postings WHERE 'cash' IN (debit_account, credit_account)) AS cash`,
    );
    const captured = this.provider.captured;
    const twice = await this.select(
      `SELECT invoice_id FROM payments WHERE status = 'succeeded' AND provider <> 'offline'
        GROUP BY invoice_id HAVING count(*) > 1`,
    );
    const differs = sums?.recorded !== captured || sums.cash !== captured;
    const atSandbox = ({ message }: Violation) => message.includes('at the provider equals');
    const violations = (await audit(this.database.pool)).filter((violation) => !atSandbox(violation));
    return [...(differs ? [{ captured, ...sums }] : []), ...twice, ...violations];
  }

  private async aPlan(): Promise<PlanId> {
    const id = newId('plan');
    await this.select(`INSERT INTO plans (id, code, name, created) VALUES ($1, $1, 'P', now())`, [id]);
    await this.select(
      `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
       VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
      [id],
    );
    await this.select(
      `INSERT INTO prices (id, plan_id, version, position, code, definition)
       VALUES ($1, $2, 1, 0, 'fee', '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"1000"}')`,
      [newId('price'), id],
    );
    return id;
  }
}
