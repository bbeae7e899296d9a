/** Zones without every day and without every midnight: no empty period, no day charged twice, no first period too short. */
import { describe, expect, test } from '@jest/globals';
import { formatInstant } from '../../src/domain/instant.ts';
import { billingPeriod } from '../../src/domain/period.ts';
import { aCycle, at, dayMs, local, onlyInstant, periods, starts, type CycleFields } from './cycles.ts';

const skippedDays: [string, string, string, string][] = [
  ['Pacific/Apia', '2011-12-29', '2011-12-30', '2011-12-31'],
  ['Pacific/Fakaofo', '2011-12-29', '2011-12-30', '2011-12-31'],
  ['Pacific/Kiritimati', '1994-12-30', '1994-12-31', '1995-01-01'],
  ['Pacific/Kwajalein', '1993-08-20', '1993-08-21', '1993-08-22'],
];

describe('lesson 4: a zone that skips a whole day', () => {
  test.each(skippedDays)(
    '%s: the skipped day is no period, and each day that there was is one',
    (timezone, before, skipped, after) => {
      for (const anchor of ['anniversary', 'calendar'] as const) {
        const cycle = aCycle({
          startedAt: onlyInstant(`${before}T00:00`, timezone) ?? at(''),
          timezone,
          anchor,
          interval: 'day',
        });
        const all = periods(cycle, 30);
        expect(all.slice(0, 2).map(({ start }) => local(start, timezone))).toEqual([
          `${before}T00:00`,
          `${after}T00:00`,
        ]);
        expect(all.map(({ start, end }) => end - start)).toEqual(Array(30).fill(dayMs));
        expect(all.map(({ start }) => local(start, timezone).slice(0, 10))).not.toContain(skipped);
        expect(all.map(({ index }) => billingPeriod(cycle, index))).toEqual(all);
      }
    },
  );

  test.each<[string, CycleFields, string[]]>([
    [
      'a month that would begin on it begins on the day after, and the anchor is kept',
      { start: '2011-10-30T20:00:00Z', timezone: 'Pacific/Apia' },
      ['2011-10-30T10:00', '2011-11-30T10:00', '2011-12-31T10:00', '2012-01-30T10:00', '2012-02-29T10:00'],
    ],
    [
      'weeks keep their weekday',
      { start: '2011-12-16T20:00:00Z', timezone: 'Pacific/Apia', interval: 'week' },
      ['2011-12-16T10:00', '2011-12-23T10:00', '2011-12-31T10:00', '2012-01-06T10:00'],
    ],
    [
      'its date in a month, where it is the last day',
      { start: '1994-10-31T20:00:00Z', timezone: 'Pacific/Kiritimati', anchor: { day_of_month: 31 } },
      ['1994-10-31T10:00', '1994-11-30T00:00', '1995-01-01T00:00', '1995-01-31T00:00'],
    ],
  ])('%s', (_name, fields, expected) => {
    expect(starts(aCycle(fields), expected.length)).toEqual(expected);
  });
});

describe('lesson 4: a zone whose clock changes at midnight', () => {
  test.each<[string, CycleFields, string[]]>([
    [
      'a day without its midnight begins at its first instant',
      { start: '2018-11-03T03:00:00Z', timezone: 'America/Sao_Paulo', interval: 'day', anchor: 'calendar' },
      ['2018-11-03T00:00', '2018-11-04T01:00', '2018-11-05T00:00'],
    ],
    [
      'a daily anniversary at midnight is moved on that day alone',
      { start: '2022-03-25T22:00:00Z', timezone: 'Asia/Beirut', interval: 'day' },
      ['2022-03-26T00:00', '2022-03-27T01:00', '2022-03-28T00:00'],
    ],
    [
      'a day of the month whose midnight does not exist',
      { start: '2017-08-20T00:00:00Z', timezone: 'America/Asuncion', anchor: { day_of_month: 1 } },
      ['2017-08-19T20:00', '2017-09-01T00:00', '2017-10-01T01:00', '2017-11-01T00:00'],
    ],
  ])('%s', (_name, fields, expected) => {
    expect(starts(aCycle(fields), expected.length)).toEqual(expected);
  });

  test.each<[string, CycleFields, string]>([
    ['a day of the month', { anchor: { day_of_month: 1 }, intervalCount: 3 }, '2018-01-01T03:00:00Z'],
    ['5 calendar months', { anchor: 'calendar', intervalCount: 5 }, '2018-03-01T03:00:00Z'],
    ['10 calendar days', { anchor: 'calendar', interval: 'day', intervalCount: 10 }, '2017-10-11T03:00:00Z'],
  ])(
    '%s, started at the first instant of a day without its midnight, has a whole first period',
    (_name, fields, end) => {
      const cycle = aCycle({ start: '2017-10-01T04:00:00Z', timezone: 'America/Asuncion', ...fields });
      const first = billingPeriod(cycle, 0);
      expect(local(first.start, cycle.timezone)).toBe('2017-10-01T01:00');
      expect(first.whole).toEqual({ start: first.start, end: first.end });
      expect(formatInstant(first.end)).toBe(end);
    },
  );

  test('a start in the second of two midnights is after the boundary, which is the first', () => {
    const cycle = aCycle({
      start: '2026-11-01T05:00:00Z', // 00:00 in Havana for the second time, an hour after 04:00Z
      timezone: 'America/Havana',
      anchor: { day_of_month: 1 },
      intervalCount: 3,
    });
    const first = billingPeriod(cycle, 0);
    expect(local(first.start, cycle.timezone)).toBe('2026-11-01T00:00');
    expect(local(first.end, cycle.timezone)).toBe('2026-12-01T00:00');
    expect(local(first.whole.start, cycle.timezone)).toBe('2026-09-01T00:00');
  });

  test('a start on the day before, after midnight has passed once, waits for the next boundary', () => {
    const cycle = aCycle({
      start: '2009-11-01T03:00:00Z', // 23:30 on 31 October in St John's; 1 November had begun for a minute at 02:30Z
      timezone: 'America/St_Johns',
      anchor: 'calendar',
      intervalCount: 5,
    });
    const first = billingPeriod(cycle, 0);
    expect(local(first.start, cycle.timezone)).toBe('2009-10-31T23:30');
    expect(local(first.end, cycle.timezone)).toBe('2009-12-01T00:00');
  });
});
