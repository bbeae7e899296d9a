/** Whatever happens in a subscription's life: time is tiled, each charge is given back once at most, and it goes on (semantics.md, 3, 6, 11.1). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import type { Instant } from '../../src/domain/instant.ts';
import type { PlanVersion } from '../../src/domain/plan.ts';
import { fraction, type ProrationUnit } from '../../src/domain/proration.ts';
import { zero, type Decimal } from '../../src/domain/quantity.ts';
import { termsAt } from '../../src/domain/terms.ts';
import { aLife, aPlanVersion, fee, seats, type Life } from './aLife.ts';
import { aChange, anyRequest, happenings, live, span, type Request } from './lifeRequests.ts';

const runs = Number(process.env.RUNS ?? 150);
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Kolkata',
  'Pacific/Apia',
);
const start = fc
  .integer({ min: 0, max: 400 * 1440 })
  .map((minutes) => (Date.UTC(2027, 0, 1) + minutes * 60_000) as Instant);

const plans = (prorationUnit: ProrationUnit): PlanVersion[] => [
  aPlanVersion('plan_a', { prorationUnit, prices: [fee(1000), seats(333)] }),
  aPlanVersion('plan_b', { prorationUnit, prices: [fee(1000), seats('2500.5')] }),
  aPlanVersion('plan_c', { prorationUnit, interval: 'year', prices: [fee(99_999), seats(3000)] }),
  aPlanVersion('plan_d', {
    prorationUnit,
    interval: 'week',
    trialDays: 3,
    prices: [seats(70), fee(1, 'extra')],
  }),
  aPlanVersion('plan_e', { prorationUnit, intervalCount: 3, prices: [seats(999)] }),
];
const unit = fc.constantFrom<ProrationUnit>('second', 'day');
const trial = fc.option(span(30));
const backdated = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, span(100));

interface Given {
  readonly startedAt: Instant;
  readonly timezone: string;
  readonly unit: ProrationUnit;
  readonly quantity: number;
}
const given: fc.Arbitrary<Given> = fc.record({
  startedAt: start,
  timezone: zone,
  unit,
  quantity: fc.integer({ min: 1, max: 5 }),
});

function begin(
  { startedAt, timezone, quantity, ...rest }: Given,
  fields: Parameters<typeof aLife>[1] = {},
): Life {
  return aLife(startedAt, { plans: plans(rest.unit), timezone, quantity, ...fields });
}

describe('in any life', () => {
  const anyLife = fc.record({
    given,
    trial,
    backdated,
    cancelAfter: fc.option(span(60), { freq: 8 }),
    hasPaymentMethod: fc.boolean(),
    happenings: happenings(anyRequest),
  });
  type AnyLife = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;
  function lived({
    given: each,
    trial: days,
    backdated: back,
    cancelAfter,
    hasPaymentMethod,
    happenings: all,
  }: AnyLife) {
    const { startedAt } = each;
    const life = begin(each, {
      trialEnd: days === null ? null : ((startedAt + days) as Instant),
      createdAt: (startedAt + back) as Instant,
      cancelAt: cancelAfter === null ? null : ((startedAt + back + cancelAfter) as Instant),
      hasPaymentMethod,
    });
    return { life, until: live(life, all) };
  }

  test('periods tile time and go forward, and what is due never goes back nor stands still', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        const { life, until } = lived(each);
        for (const [nth, period] of life.periods.entries()) {
          expect(period.index).toBe(nth);
          expect(period.start).toBe(nth === 0 ? life.state.startedAt : life.periods[nth - 1]?.end);
          if (period.end !== null) expect(period.end).toBeGreaterThanOrEqual(period.start);
        }
        for (const { at, step } of life.steps) {
          if (step.opens?.kind === 'billed') expect(step.opens.end).toBeGreaterThan(step.opens.start);
          if (step.nextDueAt !== null) expect(step.nextDueAt).toBeGreaterThanOrEqual(at);
          const { opens } = step;
          if (opens?.kind === 'billed') {
            expect(opens.whole.start).toBeLessThanOrEqual(opens.start);
            expect(opens.whole.end).toBeGreaterThanOrEqual(opens.end ?? 0);
          }
        }
        if (life.nextDueAt === null) expect(['canceled', 'paused']).toContain(life.state.status);
        else expect(life.nextDueAt).toBeGreaterThan(until);
        const last = life.periods.at(-1);
        if (life.state.status === 'canceled') expect(last?.end ?? null).not.toBe(undefined);
        else if (last && last.end !== null) expect(last.end).toBeGreaterThan(until);
      }),
      { numRuns: runs },
    );
  });

  test('each charge is given back once at most, and never more than it was', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        const { life } = lived(each);
        const credited = new Set<string>();
        for (const { creditsLineId, line } of life.lines) {
          if (creditsLineId === null) continue;
          expect(credited).not.toContain(creditsLineId);
          credited.add(creditsLineId);
          const charge = life.lines.find(({ id }) => id === creditsLineId);
          expect(line.amount).toBeLessThanOrEqual(0n);
          expect(line.amount + (charge?.line.amount ?? 0n)).toBeGreaterThanOrEqual(0n);
          expect(line.period.end).toBe(charge?.line.period.end);
        }
      }),
      { numRuns: runs },
    );
  });

  test('the status says what the current period is, and a free trial charges nothing', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        const { life } = lived(each);
        for (const { step, before } of life.steps) {
          const current = step.opens ?? before.current;
          if (step.status === 'canceled') expect(step.opens).toBeNull();
          else
            expect(step.status).toBe(
              { billed: 'active', trial: 'trialing', paused: 'paused' }[current?.kind ?? 'billed'],
            );
          if (step.opens?.kind !== 'billed' && before.current?.kind !== 'billed')
            expect(step.lines.filter(({ creditsLineId }) => creditsLineId === null)).toEqual([]);
        }
        const trialEnd = life.state.trialEnd ?? life.state.startedAt;
        for (const { line } of life.lines)
          expect(line.period.start).toBeGreaterThanOrEqual(Math.min(trialEnd, line.period.start));
      }),
      { numRuns: runs },
    );
  });
});

describe('where every change is prorated and every pause and end credited', () => {
  /** Times without a charge: trials and pauses; all others cost what the terms in force say. */
  function exactly(life: Life): Decimal {
    const { timezone } = life.state;
    return life.periods
      .filter(({ kind }) => kind === 'billed')
      .map(({ start: from, end, whole }) => {
        const until = end ?? from;
        const cuts = [
          from,
          ...life.history.map(({ effectiveAt }) => effectiveAt).filter((at) => at > from && at < until),
        ];
        return cuts
          .map((at, nth) => {
            const { plan, quantity } = termsAt(life.history, at);
            const price = plan.prices.reduce((sum, { model }) => {
              if (model.model === 'flat') return sum.add(model.amount);
              return model.model === 'per_unit' ? sum.add(model.unitAmount.mul(quantity)) : sum;
            }, zero);
            return price.mul(
              fraction({ start: at, end: cuts[nth + 1] ?? until }, whole, plan.prorationUnit, timezone),
            );
          })
          .reduce((sum, part) => sum.add(part), zero);
      })
      .reduce((sum, part) => sum.add(part), zero);
  }

  const credited = (request: Request): Request =>
    'credit' in request ? { ...request, credit: true } : request;
  const prorated = fc.oneof(
    { weight: 6, arbitrary: aChange({ behaviors: ['create_prorations', 'always_invoice'] }) },
    { weight: 2, arbitrary: anyRequest.filter(({ ask }) => ask !== 'change').map(credited) },
  );

  test('lesson 14: what is billed in advance is the price over the time that it was in force, within half a unit a line', () => {
    fc.assert(
      fc.property(given, trial, happenings(prorated), (each, days, all) => {
        const trialEnd = days === null ? null : ((each.startedAt + days) as Instant);
        const life = begin(each, { trialEnd });
        live(life, all);
        const billed = life.lines.reduce((sum, { line }) => sum + line.amount, 0n);
        const difference = new Fraction(billed).sub(exactly(life)).abs();
        expect(difference.valueOf()).toBeLessThanOrEqual(life.lines.length / 2);
      }),
      { numRuns: runs },
    );
  });
});
