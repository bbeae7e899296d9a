/** When a failed payment is tried again: the schedule, what banks advise, quiet hours over all changes of clocks. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { afterQuietHours, isQuiet, nextAttemptAt, type Failure } from '../../src/domain/retrySchedule.ts';

const at = (text: string) => parseInstant(text) ?? (NaN as Instant);
const policy = { days: [1, 3, 5, 7] };
const soft: Failure = { decline: 'soft', code: 'card_declined', advice: null };
const noMoney: Failure = { ...soft, code: 'insufficient_funds' };
const first = at('2026-01-01T12:00:00Z');
const next = (now: string, failure = soft, of: Parameters<typeof nextAttemptAt>[0] = policy, zone = 'UTC') =>
  nextAttemptAt(of, first, failure, zone, at(now));

describe('the schedule', () => {
  test('is 1, 3, 5 and 7 days after the first failure, and then it ends', () => {
    expect(next('2026-01-01T12:00:00Z')).toBe(at('2026-01-02T12:00:00Z'));
    expect(next('2026-01-02T12:00:00Z')).toBe(at('2026-01-04T12:00:00Z'));
    expect(next('2026-01-06T13:00:00Z')).toBe(at('2026-01-08T12:00:00Z'));
    expect(next('2026-01-08T12:00:00Z')).toBeNull();
  });

  test('keeps the time of day where clocks change', () => {
    const spring = at('2026-03-28T11:00:00Z');
    expect(nextAttemptAt(policy, spring, soft, 'Europe/Berlin', spring)).toBe(at('2026-03-29T10:00:00Z'));
  });

  test.each<[string, Failure, boolean]>([
    ['a soft decline is tried again', soft, true],
    ['a hard one is not', { ...soft, decline: 'hard' }, false],
    ['one for which the customer is asked is not', { ...soft, decline: 'requires_action' }, false],
    ['a bank that says never is heard', { ...soft, advice: 'do_not_try_again' }, false],
    ['a bank that says later is heard', { ...soft, decline: 'hard', advice: 'try_again_later' }, true],
    [
      'but not where the customer is asked',
      { ...soft, decline: 'requires_action', advice: 'try_again_later' },
      false,
    ],
  ])('%s', (_rule, failure, tried) => {
    expect(next('2026-01-01T12:00:00Z', failure) !== null).toBe(tried);
  });
});

describe('money that was lacking', () => {
  const byWages = { days: [1, 3, 5, 14, 20], insufficient_funds: 'payday' as const };

  test('is asked for on the next payday that the schedule reaches, and by the schedule after it', () => {
    expect(next('2026-01-01T12:00:00Z', noMoney, byWages)).toBe(at('2026-01-15T12:00:00Z'));
    expect(next('2026-01-15T12:00:00Z', noMoney, byWages)).toBe(at('2026-01-21T12:00:00Z'));
    expect(next('2026-01-21T12:00:00Z', noMoney, byWages)).toBeNull();
  });

  test('is asked for by the schedule where no payday is near, it is not wanted, or another reason is given', () => {
    const short = { ...byWages, days: [1, 3] };
    expect(next('2026-01-01T12:00:00Z', noMoney, short)).toBe(at('2026-01-02T12:00:00Z'));
    expect(next('2026-01-01T12:00:00Z', noMoney)).toBe(at('2026-01-02T12:00:00Z'));
    expect(next('2026-01-01T12:00:00Z', soft, byWages)).toBe(at('2026-01-02T12:00:00Z'));
  });
});

describe('quiet hours', () => {
  const night = { from: '22:00', to: '08:00' };
  test.each([
    ['late in the evening', '2026-01-02T22:00:00Z', 'UTC', '2026-01-03T08:00:00Z'],
    ['early in the morning', '2026-01-02T03:00:00Z', 'UTC', '2026-01-02T08:00:00Z'],
    ['at their end', '2026-01-02T08:00:00Z', 'UTC', '2026-01-02T08:00:00Z'],
    ['by day', '2026-01-02T12:00:00Z', 'UTC', '2026-01-02T12:00:00Z'],
    [
      'where it is night for the customer alone',
      '2026-01-02T12:00:00Z',
      'Asia/Tokyo',
      '2026-01-02T12:00:00Z',
    ],
    ['by the night of Tokyo', '2026-01-02T14:00:00Z', 'Asia/Tokyo', '2026-01-02T23:00:00Z'],
    ['in the night that clocks go forward', '2026-03-28T23:00:00Z', 'Europe/Berlin', '2026-03-29T06:00:00Z'],
    ['in the night that clocks go back', '2026-10-24T21:00:00Z', 'Europe/Berlin', '2026-10-25T07:00:00Z'],
  ])('%s', (_when, given, timezone, tried) => {
    expect(afterQuietHours(at(given), night, timezone)).toBe(at(tried));
  });

  test('that end in an hour that comes twice are over for good', () => {
    const quiet = { from: '22:00', to: '02:30' };
    // 02:15 for the second time: the first 02:30 has passed.
    expect(afterQuietHours(at('2026-10-25T01:15:00Z'), quiet, 'Europe/Berlin')).toBe(
      at('2026-10-25T01:30:00Z'),
    );
  });

  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const anInstant = fc
    .integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) })
    .map((milliseconds) => milliseconds as Instant);

  test('nothing is tried in them, ever, and never earlier than planned, and within a day and a bit', () => {
    fc.assert(
      fc.property(anInstant, clock, clock, zone, (planned, from, to, timezone) => {
        const tried = afterQuietHours(planned, { from, to }, timezone);
        expect(tried).toBeGreaterThanOrEqual(planned);
        expect(tried - planned).toBeLessThanOrEqual(26 * 3_600_000);
        expect(isQuiet(tried, { from, to }, timezone)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('each try lies after the one before, and there are no more than days', () => {
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    const wages = fc.constantFrom('as_scheduled' as const, 'payday' as const);
    fc.assert(
      fc.property(anInstant, days, clock, clock, zone, wages, (failed, given, from, to, timezone, wage) => {
        const of = {
          days: given.toSorted((a, b) => a - b),
          quiet_hours: { from, to },
          insufficient_funds: wage,
        };
        let now = failed;
        let tries = 0;
        for (;;) {
          const then = nextAttemptAt(of, failed, noMoney, timezone, now);
          if (then === null) break;
          expect(then).toBeGreaterThan(now);
          now = then;
          tries += 1;
        }
        expect(tries).toBeLessThanOrEqual(given.length);
      }),
    );
  });
});
