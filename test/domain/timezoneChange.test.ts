/** A customer that moves to another timezone: future boundaries move, and no time is charged twice (semantics.md, 2). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod, followingPeriod, nextPeriod } from '../../src/domain/period.ts';
import { aCycle, dayMs, local, zones } from './cycles.ts';

const monthly = aCycle({ anchor: 'calendar' });
const february = billingPeriod(monthly, 1);
const text = ({ start, end }: { start: Instant; end: Instant }) => [start, end].map(formatInstant);

describe('lesson 5: a changed timezone', () => {
  test.each([
    ['America/New_York', '2026-04-01T04:00:00Z'],
    ['Asia/Tokyo', '2026-03-31T15:00:00Z'],
    ['Europe/London', '2026-03-31T23:00:00Z'],
  ])('to %s moves future boundaries only, and leaves no period of some hours', (timezone, end) => {
    const moved = followingPeriod({ ...monthly, timezone }, february);
    expect(text(moved)).toEqual(['2026-03-01T00:00:00Z', end]);
    expect(moved.whole).toEqual({ start: moved.start, end: moved.end });
  });

  test('without one, the following period is the next one of the grid', () => {
    expect(followingPeriod(monthly, february)).toEqual(nextPeriod(monthly, february));
  });

  test('between any two zones leaves periods of a month, give or take two days, the second one at the new midnight', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 10 }),
        (from, to, count) => {
          const after = { ...monthly, timezone: to };
          const last = billingPeriod({ ...monthly, timezone: from }, count);
          const first = followingPeriod(after, last);
          const second = followingPeriod(after, first);
          expect(first.start).toBe(last.end);
          expect(second.start).toBe(first.end);
          expect(local(second.start, to)).toMatch(/-01T0[01]:/);
          for (const { start, end } of [first, second]) {
            expect((end - start) / dayMs).toBeGreaterThan(26);
            expect((end - start) / dayMs).toBeLessThan(33);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
