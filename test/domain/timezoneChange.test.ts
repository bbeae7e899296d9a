/** A customer that moves to another timezone: future boundaries move, and no time is charged twice (semantics.md, 2). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod, closedPeriod, nextPeriod, shortened } from '../../src/domain/period.ts';
import { fraction } from '../../src/domain/proration.ts';
import { aCycle, at, hourMs, zones } from './cycles.ts';

const monthly = aCycle({ anchor: 'calendar' });
const february = billingPeriod(monthly, 1);
const text = ({ start, end }: { start: Instant; end: Instant }) => [start, end].map(formatInstant);

describe('lesson 5: a changed timezone', () => {
  test('moves future boundaries only', () => {
    const moved = nextPeriod({ ...monthly, timezone: 'America/New_York' }, february);
    expect(text(moved)).toEqual(['2026-03-01T00:00:00Z', '2026-03-01T05:00:00Z']);
    expect(text(moved.whole)).toEqual(['2026-02-01T05:00:00Z', '2026-03-01T05:00:00Z']);
  });

  test.each(['America/New_York', 'Asia/Tokyo', 'Europe/London'])(
    'to %s leaves a period that was whole when it began whole when it closes',
    (timezone) => {
      const { index, start, end } = february;
      expect(closedPeriod({ ...monthly, timezone }, { index, start, end }, false).whole).toEqual({
        start,
        end,
      });
    },
  );

  test.each(['America/New_York', 'Asia/Tokyo'])(
    'to %s, what it leaves between two boundaries is closed as the part that it was opened as',
    (timezone) => {
      const cycle = { ...monthly, timezone };
      const opened = nextPeriod(cycle, february);
      const { index, start, end } = opened;
      expect(closedPeriod(cycle, { index, start, end }, false)).toEqual(opened);
    },
  );

  test.each(['UTC', 'America/New_York', 'Asia/Tokyo'])(
    'to %s keeps the length that a last period is divided by: 7 days of February are a quarter',
    (timezone) => {
      const { index, start, end } = shortened(february, at('2026-02-08T00:00:00Z'));
      const { whole } = closedPeriod({ ...monthly, timezone }, { index, start, end }, true);
      expect(fraction({ start, end }, whole, 'second', timezone).toFraction()).toBe('1/4');
      expect(fraction({ start, end }, whole, 'day', timezone).toFraction()).toBe('1/4');
    },
  );

  test('between any two zones leaves no time charged twice: a period is closed as the part of a month that it was opened as', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 10 }),
        (from, to, count) => {
          const [before, after] = [from, to].map((timezone) => ({ ...monthly, timezone }));
          if (!before || !after) return;
          let period = billingPeriod(before, 0);
          for (let index = 0; index < count; index += 1) period = nextPeriod(before, period);
          for (let index = 0; index < 3; index += 1) {
            const next = nextPeriod(after, period);
            expect(next.start).toBe(period.end);
            const { index: number, start, end } = next;
            const closed = closedPeriod(after, { index: number, start, end }, false);
            const length = (closed.whole.end - closed.whole.start) / hourMs;
            expect(length).toBeGreaterThanOrEqual(28 * 24 - 1);
            expect(closed).toEqual(next);
            period = next;
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
