/** A subscription's life in memory: what the activities and the store do with `takeStep`, without either. */
import { buildTerms } from '../../src/catalog/buildTerms.ts';
import type { BillingCycleAnchor } from '../../src/domain/calendar.ts';
import type { Charge } from '../../src/domain/charge.ts';
import type { InvoiceLineId, PlanId, SubscriptionChangeId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { PeriodLine } from '../../src/domain/periodLines.ts';
import type { PlanVersion } from '../../src/domain/plan.ts';
import type { FixedPrice } from '../../src/domain/pricing/price.ts';
import { zero } from '../../src/domain/quantity.ts';
import type { SubscriptionPeriod, SubscriptionState } from '../../src/domain/subscription.ts';
import { dueOf, type PendingChange } from '../../src/domain/pendingChange.ts';
import { takeStep, type Step } from '../../src/domain/subscriptionStep.ts';
import type { Terms, TermsContent, TermsHistory } from '../../src/domain/terms.ts';
import { aFixedPrice, dec } from './pricing/builders.ts';

/** A flat fee in advance. */
export const fee = (amount: string | number, code = 'fee'): FixedPrice =>
  aFixedPrice({
    code,
    billing: 'in_advance',
    quantityFrom: 'fixed',
    model: { model: 'flat', amount: dec(amount) },
  });

/** Seats in advance, each for so much. */
export const seats = (unitAmount: string | number, code = 'seat'): FixedPrice =>
  aFixedPrice({ code, billing: 'in_advance', model: { model: 'per_unit', unitAmount: dec(unitAmount) } });

/** A monthly plan in dollars, prorated by second, without a grace period. */
export const aPlanVersion = (id: string, fields: Partial<PlanVersion> = {}): PlanVersion => ({
  planId: id as PlanId,
  version: 1,
  currency: 'USD',
  interval: 'month',
  intervalCount: 1,
  prorationUnit: 'second',
  gracePeriodSeconds: 0,
  trialDays: 0,
  trialUsage: 'free',
  trialEndBehavior: 'invoice',
  seatsDown: 'now',
  priceUnits: [],
  prices: [fee('3100')],
  ...fields,
});

export interface Taken {
  readonly at: Instant;
  readonly before: SubscriptionState;
  readonly step: Step;
}

export interface KeptLine extends PeriodLine {
  readonly id: InvoiceLineId;
  /** When it came to be. */
  readonly at: Instant;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface Life {
  readonly plans: readonly PlanVersion[];
  readonly state: Mutable<SubscriptionState>;
  content: TermsContent;
  history: TermsHistory;
  pending: readonly PendingChange[];
  nextDueAt: Instant | null;
  sequence: number;
  readonly periods: (SubscriptionPeriod & { end: Instant | null })[];
  readonly lines: KeptLine[];
  readonly steps: Taken[];
}

export interface LifeFields {
  readonly plans?: readonly PlanVersion[];
  readonly quantity?: number;
  readonly anchor?: BillingCycleAnchor;
  readonly timezone?: string;
  readonly trialEnd?: Instant | null;
  readonly cancelAt?: Instant | null;
  readonly createdAt?: Instant;
  readonly hasPaymentMethod?: boolean;
}

/** Signed up for the first of its plans, and not begun. */
export function aLife(startedAt: Instant, fields: LifeFields = {}): Life {
  const { plans = [aPlanVersion('plan_a')], quantity = 1, timezone = 'UTC', anchor = 'anniversary' } = fields;
  const content: TermsContent = {
    planId: plans[0]?.planId ?? ('' as PlanId),
    planVersion: 1,
    quantity,
    quantities: {},
    addOns: [],
    priceOverrides: [],
  };
  return {
    plans,
    state: {
      status: 'incomplete',
      startedAt,
      createdAt: fields.createdAt ?? startedAt,
      anchor,
      anchoredAt: startedAt,
      timezone,
      current: null,
      trialEnd: fields.trialEnd ?? null,
      reminderAt: null,
      cancelAt: fields.cancelAt ?? null,
      cancelCreditUnused: false,
      pauseAt: null,
      pauseCreditUnused: false,
      resumeAt: null,
      hasPaymentMethod: fields.hasPaymentMethod ?? true,
      committed: false,
      linesWait: false,
      dueAt: startedAt,
    },
    content,
    history: [build(plans)(content, startedAt)],
    pending: [],
    nextDueAt: startedAt,
    sequence: 0,
    periods: [],
    lines: [],
    steps: [],
  };
}

export const build =
  (plans: readonly PlanVersion[]) =>
  (content: TermsContent, effectiveAt: Instant): Terms =>
    buildTerms(content, effectiveAt, ({ planId }) => {
      const plan = plans.find((known) => known.planId === planId);
      if (!plan) throw new Error(`there is no plan ${planId}`);
      return plan;
    });

/** Takes every step that is due by an instant. Throws where they would never end. */
export function advance(life: Life, to: Instant, bound = 5_000): void {
  for (let steps = 0; life.nextDueAt !== null && life.nextDueAt <= to; steps += 1) {
    if (steps === bound) throw new Error(`it stands still at ${String(life.nextDueAt)}`);
    takeOne(life);
  }
}

export function takeOne(life: Life): Step {
  const { state } = life;
  state.dueAt = life.nextDueAt ?? state.startedAt;
  state.linesWait = life.lines.some((line) => waiting.get(line) === life);
  const before = { ...state };
  const inForce = { content: life.content, history: life.history, build: build(life.plans) };
  const step = takeStep(state, inForce, life.pending, openCharges(life, state.dueAt));
  life.steps.push({ at: state.dueAt, before, step });
  keep(life, step);
  return step;
}

/** The lines that are on no invoice yet. */
const waiting = new WeakMap<KeptLine, Life>();

/** What was charged in advance beyond an instant and has not been given back. */
function openCharges({ lines }: Life, at: Instant): Charge[] {
  const credited = new Set(lines.map(({ creditsLineId }) => creditsLineId));
  return lines.flatMap(({ id, line, periodIndex, creditsLineId }) => {
    const { priceId, priceCode, billing, type, period } = line;
    const charges = billing === 'in_advance' && (type === 'fixed' || type === 'proration');
    if (!charges || creditsLineId !== null || credited.has(id) || period.end <= at || priceId === null)
      return [];
    const { description, quantity, unitAmount, amount, taxable, computation } = line;
    return [
      {
        id,
        priceId,
        priceCode,
        description,
        period,
        periodIndex,
        quantity,
        unitAmount,
        amount,
        credited: zero,
        taxable,
        computation,
      },
    ];
  });
}

function keep(life: Life, step: Step): void {
  const { state } = life;
  const at = state.dueAt;
  if (step.closes) replaceLast(life, { ...step.closes });
  if (step.opens) life.periods.push({ ...step.opens });
  for (const each of step.lines) {
    const line = { ...each, id: `il_${String(life.lines.length)}` as InvoiceLineId, at };
    life.lines.push(line);
    waiting.set(line, life);
  }
  if (step.invoice) for (const line of life.lines) waiting.delete(line);
  if (step.newTerms) {
    life.content = step.newTerms;
    const [first, ...later] = life.history.filter(({ effectiveAt }) => effectiveAt < at);
    life.history = first ? [first, ...later, step.terms] : [step.terms];
  }
  life.pending = life.pending
    .filter((change) => !step.applied.includes(change) && !step.refused.includes(change))
    .map((change) =>
      step.postpones && change.atPeriod !== null ? { ...change, atPeriod: change.atPeriod + 1 } : change,
    );
  if (step.endedAt !== null) life.pending = [];
  Object.assign(state, {
    status: step.status,
    current: step.opens ?? step.closes ?? state.current,
    anchor: step.anchor,
    anchoredAt: step.anchoredAt,
    pauseAt: step.pauseAt,
    resumeAt: step.resumeAt,
    reminderAt: step.reminderAt,
  });
  life.nextDueAt = step.nextDueAt;
}

function replaceLast({ periods }: Life, period: SubscriptionPeriod): void {
  periods[periods.length - 1] = period;
}

/** Accepts a change without asking whether it may be: at an instant, or with the period of an index. */
export function accept(
  life: Life,
  change: PendingChange['change'],
  effect: Partial<Pick<PendingChange, 'effectiveAt' | 'atPeriod' | 'prorationBehavior'>>,
): void {
  life.sequence += 1;
  life.pending = [
    ...life.pending,
    {
      id: `sch_${String(life.sequence)}` as SubscriptionChangeId,
      sequence: life.sequence,
      change,
      prorationBehavior: 'create_prorations',
      effectiveAt: null,
      atPeriod: null,
      ...effect,
    },
  ];
  life.nextDueAt = dueOf(life.state, life.pending);
}
