/** The parts of an interval make the whole, wherever it is cut; and equal lives cost the same in every zone. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { BillingCycle, BillingCycleAnchor, Interval } from '../../src/domain/calendar.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { billingPeriod, nextPeriod, type BillingPeriod, type Period } from '../../src/domain/period.ts';
import { fraction } from '../../src/domain/proration.ts';
import { zero } from '../../src/domain/quantity.ts';
import { aCycle, allClockChanges, dayMs, onlyInstant, zones } from './cycles.ts';

const changes = allClockChanges(2010, 2012);
const unit = fc.constantFrom('second' as const, 'day' as const);
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** The parts that an interval falls into when it is cut at each of some instants. */
function cut({ start, end }: Period, instants: readonly number[]): Period[] {
  const cuts = [start, ...instants, end].sort((a, b) => a - b) as Instant[];
  return cuts.slice(1).map((to, index) => ({ start: cuts[index] ?? start, end: to }));
}

const sum = (parts: readonly Period[], whole: Period, by: 'second' | 'day', zone: string) =>
  parts.map((part) => fraction(part, whole, by, zone)).reduce((a, b) => a.add(b), zero);

describe('the parts of one interval', () => {
  const interval = fc.constantFrom<Interval>('day', 'week', 'month', 'year');

  test('add up to exactly 1 by second and by day, cut at any instants, around each change of a clock', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -dayMs, max: dayMs }),
        interval,
        fc.constantFrom<BillingCycleAnchor>('anniversary', 'calendar'),
        fc.array(fc.oneof(share, fc.integer({ min: -2 * 3_600_000, max: 2 * 3_600_000 })), { maxLength: 8 }),
        unit,
        (change, shift, of, anchor, cuts, by) => {
          const startedAt = (change.at + shift) as Instant;
          const { whole } = billingPeriod(
            aCycle({ startedAt, anchor, interval: of, timezone: change.zone }),
            0,
          );
          // Anywhere in the interval, or close to the change of the clock.
          const instants = cuts
            .map((at) =>
              Number.isInteger(at)
                ? change.at + at
                : Math.floor(whole.start + (whole.end - whole.start) * at),
            )
            .filter((at) => whole.start <= at && at <= whole.end);
          expect(sum(cut(whole, instants), whole, by, change.zone).toFraction()).toBe('1');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('are more, the longer they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...changes), share, share, unit, (change, one, other, by) => {
        const whole = { start: (change.at - dayMs) as Instant, end: (change.at + dayMs) as Instant };
        const until = (at: number) =>
          fraction(
            { start: whole.start, end: Math.floor(whole.start + 2 * dayMs * at) as Instant },
            whole,
            by,
            change.zone,
          );
        expect(until(Math.min(one, other)).lte(until(Math.max(one, other)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

interface Life {
  readonly cycle: Omit<BillingCycle, 'startedAt' | 'timezone'>;
  readonly start: string;
  readonly days: number;
}

/** A start at noon, in intervals without a day that a zone skipped: the last was in 2011. */
const life: fc.Arbitrary<Life> = fc.record({
  cycle: fc
    .constantFrom<BillingCycleAnchor[]>('anniversary', 'calendar', { day_of_month: 1 }, { day_of_month: 31 })
    .chain((anchor) =>
      fc.record({
        anchor: fc.constant(anchor),
        interval:
          typeof anchor === 'string'
            ? fc.constantFrom<Interval>('day', 'week', 'month', 'year')
            : fc.constantFrom<Interval>('month', 'year'),
        intervalCount: fc.constantFrom(1, 2, 3, 5, 6),
      }),
    ),
  start: fc
    .integer({ min: 0, max: 6_000 })
    .map((days) => `${Temporal.PlainDate.from('2018-02-01').add({ days }).toString()}T12:00`),
  days: fc.integer({ min: 1, max: 40 }),
});

/** The periods of a life that have begun when it ends, some days after its start, at noon. */
function lived({ cycle, start, days }: Life, timezone: string): BillingPeriod[] {
  const noon = Temporal.PlainDateTime.from(start);
  const [startedAt, end] = [noon, noon.add({ days })].map((time) => onlyInstant(time.toString(), timezone));
  if (startedAt === undefined || end === undefined)
    throw new Error(`${start} is no single noon in ${timezone}`);
  const of = { ...cycle, startedAt, timezone };
  const all: BillingPeriod[] = [];
  for (let period = billingPeriod(of, 0); period.start < end; period = nextPeriod(of, period))
    all.push(period);
  return all;
}

describe('lesson 5: equal lives in two zones', () => {
  test('have equal numbers of periods, each the same part of an interval by day, and whole where it is whole', () => {
    fc.assert(
      fc.property(life, fc.constantFrom(...zones), fc.constantFrom(...zones), (of, one, other) => {
        const [all, equally] = [lived(of, one), lived(of, other)];
        const parts = (periods: readonly BillingPeriod[], by: 'second' | 'day', zone: string) =>
          periods.map((period) => fraction(period, period.whole, by, zone).toFraction());
        expect(parts(all, 'day', one)).toEqual(parts(equally, 'day', other));
        // By second the first may differ, by the hour that one of them lost or won; what is whole costs the whole.
        expect(parts(all.slice(1), 'second', one)).toEqual(all.slice(1).map(() => '1'));
        expect(parts(equally.slice(1), 'second', other)).toEqual(all.slice(1).map(() => '1'));
      }),
      { numRuns: 150 },
    );
  });
});
